"""Keras 3 with `model.fit` on arrays; KERAS_BACKEND chooses the backend before the import."""

from typing import Any

import keras  # type: ignore[import-untyped, import-not-found, unused-ignore]
import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.task import (
    CHANNELS,
    DROPOUT,
    HEAD_UNITS,
    HIDDEN_UNITS,
    SLOPE,
    EpochClock,
    Outcome,
    Task,
    WorkloadName,
)


class Stopwatch(keras.callbacks.Callback):  # type: ignore[misc]
    """Stop the clock at each epoch's end; by then Keras has read the epoch's loss, so its work is done."""

    def __init__(self, clock: EpochClock) -> None:
        super().__init__()
        self._clock = clock

    def on_train_begin(self, logs: object = None) -> None:
        self._clock.start()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self._clock.epoch_ended()


def build(workload: WorkloadName) -> Any:
    """Return a new network: float images [n, 28, 28, 1] in, logits [n, 10] out."""
    layers = keras.layers
    inner: list[Any] = [layers.Input((28, 28, 1))]
    if workload == "cnn":
        for channels in CHANNELS:
            inner += [
                layers.Conv2D(channels, 3, padding="same", use_bias=False),
                layers.BatchNormalization(momentum=0.9, epsilon=1e-5),
                layers.LeakyReLU(negative_slope=SLOPE),
                layers.MaxPooling2D(2),
            ]
        inner += [layers.Flatten(), layers.Dense(HEAD_UNITS), layers.LeakyReLU(negative_slope=SLOPE)]
        inner.append(layers.Dropout(DROPOUT))
    else:
        inner.append(layers.Flatten())
        for units in HIDDEN_UNITS if workload == "mlp" else ():
            inner += [layers.Dense(units), layers.LeakyReLU(negative_slope=SLOPE)]
    return keras.Sequential([*inner, layers.Dense(10)])


def train(task: Task) -> Outcome:
    """Train with `fit` as users write it; variant "steps" runs 32 steps in one call of the backend."""
    images, labels = task.images.normalized[..., np.newaxis], task.images.labels
    model = build(task.workload)

    def accuracy() -> float:
        return task.images.accuracy(classes)

    def classes(others: NDArray[np.float32]) -> NDArray[np.integer]:
        logits = model.predict(others[..., np.newaxis], batch_size=1000, verbose=0)
        most_likely: NDArray[np.integer] = np.asarray(logits).argmax(axis=1)
        return most_likely

    clock = task.clock(accuracy)
    model.compile(
        optimizer=keras.optimizers.Adam(task.learning_rate, weight_decay=task.weight_decay or None),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=32 if task.variant == "steps" else 1,
    )
    model.fit(images, labels, batch_size=task.batch_size, epochs=task.epochs, verbose=0, callbacks=[Stopwatch(clock)])
    return Outcome(clock.seconds, len(labels), accuracy, epoch_accuracies=clock.accuracies)
