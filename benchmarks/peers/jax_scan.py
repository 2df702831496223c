"""JAX by hand: a whole epoch is one compiled scan over its batches, with Adam written out."""

from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.peers.task import HIDDEN_UNITS, SLOPE, EpochClock, Outcome, Task, run_task

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


def initial_weights(widths: tuple[int, ...]) -> list[tuple[Any, Any]]:
    """Return the weights and biases of each layer, initialized as in torch."""
    draw = np.random.default_rng(0)
    layers = []
    for inputs, outputs in pairwise(widths):
        bound = inputs**-0.5
        weights, biases = draw.uniform(-bound, bound, (inputs, outputs)), draw.uniform(-bound, bound, outputs)
        layers.append((jnp.asarray(weights, jnp.float32), jnp.asarray(biases, jnp.float32)))
    return layers


def logits_of(layers: list[tuple[Any, Any]], rows: Any) -> Any:
    """Return the logits [n, 10] of rows [n, 784]."""
    for weights, biases in layers[:-1]:
        rows = jax.nn.leaky_relu(rows @ weights + biases, SLOPE)
    weights, biases = layers[-1]
    return rows @ weights + biases


def mean_loss(layers: list[tuple[Any, Any]], rows: Any, labels: Any) -> Any:
    """Cross-entropy."""
    log_shares = jax.nn.log_softmax(logits_of(layers, rows))
    return -jnp.take_along_axis(log_shares, labels[:, None], axis=1).mean()


def adam(weights: Any, gradients: Any, state: tuple[Any, Any, Any], rate: float) -> tuple[Any, tuple[Any, Any, Any]]:
    """Take one step of Adam; return the new weights and the new state (steps, first and second moments)."""
    steps, first, second = state
    steps = steps + 1
    first = jax.tree.map(lambda moment, gradient: BETA_1 * moment + (1 - BETA_1) * gradient, first, gradients)
    second = jax.tree.map(lambda moment, gradient: BETA_2 * moment + (1 - BETA_2) * gradient**2, second, gradients)
    scale = rate / (1 - BETA_1**steps)
    correction = jnp.sqrt(1 - BETA_2**steps)
    weights = jax.tree.map(
        lambda weight, one, two: weight - scale * one / (jnp.sqrt(two) / correction + EPSILON), weights, first, second
    )
    return weights, (steps, first, second)


def train(task: Task) -> Outcome:
    """Train epoch by epoch, without the last images of an epoch that fill no batch."""
    rows, labels = jnp.asarray(task.images.normalized.reshape(-1, 784)), jnp.asarray(task.images.labels, jnp.int32)
    batches = len(labels) // task.batch_size
    layers = initial_weights((784, *(HIDDEN_UNITS if task.workload == "mlp" else ()), 10))
    zeros = jax.tree.map(jnp.zeros_like, layers)
    state = (jnp.zeros((), jnp.float32), zeros, zeros)

    @jax.jit
    def epoch(layers: Any, state: Any, key: Any, rows: Any, labels: Any) -> Any:
        order = jax.random.permutation(key, len(labels))[: batches * task.batch_size]

        def step(carried: Any, indices: Any) -> Any:
            layers, state = carried
            loss, gradients = jax.value_and_grad(mean_loss)(layers, rows[indices], labels[indices])
            return adam(layers, gradients, state, task.learning_rate), loss

        return lax.scan(step, (layers, state), order.reshape(batches, task.batch_size))

    clock = EpochClock()
    clock.start()
    for key in jax.random.split(jax.random.key(0), task.epochs):
        (layers, state), losses = epoch(layers, state, key, rows, labels)
        losses.block_until_ready()
        clock.epoch_ended()
    return Outcome(
        clock.seconds,
        batches * task.batch_size,
        lambda: task.images.accuracy(lambda images: np.asarray(logits_of(layers, images.reshape(-1, 784)).argmax(1))),
    )


if __name__ == "__main__":
    run_task(train)
