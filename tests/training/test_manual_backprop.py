"""Manual backpropagation gives autograd's gradients."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from fmnist_tui.config import RunConfig
from fmnist_tui.hyperparameters import Precision
from fmnist_tui.training.collective import SingleProcess
from fmnist_tui.training.compute_plan import ComputePlan, choose_plan
from fmnist_tui.training.flat_parameters import FlatParameters
from fmnist_tui.training.gradients import gradients_for
from fmnist_tui.training.gradients.manual_backprop import ManualBackprop
from fmnist_tui.training.gradients.whole_batch import WholeBatch


def a_convolutional_network() -> nn.Sequential:
    """Odd sizes everywhere, and gains of both signs."""
    network = nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=(3, 5), padding=(1, 0), bias=False),
        nn.BatchNorm2d(6, momentum=0.3),
        nn.MaxPool2d(2),
        nn.LeakyReLU(),
        nn.Conv2d(6, 8, kernel_size=3, stride=2, padding=1, groups=2, bias=False),
        nn.BatchNorm2d(8),
        nn.LeakyReLU(0.1),
        nn.MaxPool2d((3, 2), stride=2, padding=1, ceil_mode=True),
        nn.Dropout(0.2),
        nn.Flatten(),
        nn.Linear(8 * 4 * 4, 10),
    )
    for layer in network:
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight)
            nn.init.normal_(layer.bias)
    return network


NETWORKS = {
    "one layer": lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10)),
    "three layers": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(784, 32), nn.LeakyReLU(), nn.Linear(32, 16), nn.LeakyReLU(0.2), nn.Linear(16, 10)
    ),
    "dropout": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(784, 32), nn.LeakyReLU(), nn.Dropout(0.4), nn.Linear(32, 10)
    ),
    "batch normalization": lambda: nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 32, bias=False),
        nn.BatchNorm1d(32, momentum=0.3),
        nn.LeakyReLU(),
        nn.Linear(32, 10),
    ),
    "convolutions": a_convolutional_network,
    "our mlp": RunConfig.from_flat({"model": "mlp", "dropout": 0.3, "batch_norm": True}).model.build,
    "our cnn": RunConfig.from_flat({"model": "cnn", "dropout": 0.3}).model.build,
}


ATOL = 2e-5
"""Normalization cancels most of a weight's gradient; what is left of sums over 50,000 pixels is rounded differently."""


def batch(size: int, seed: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(size, 1, 28, 28, generator=generator), torch.randint(10, (size,), generator=generator)


@contextmanager
def running_statistics_for_one_vector(network: nn.Module, images: Tensor) -> Iterator[None]:
    """Normalize a batch of one vector by the running statistics: torch refuses it, as it has no variance."""
    layers = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm1d)]
    for layer in layers:
        layer.train(len(images) > 1)
    yield
    for layer in layers:
        layer.train()


@pytest.mark.parametrize(("smoothing", "threads"), [(0.0, 1), (0.1, 1), (0.1, 2)])
@pytest.mark.parametrize("name", NETWORKS)
def test_loss_logits_and_gradients_equal_autograds(name: str, smoothing: float, threads: int) -> None:
    torch.manual_seed(1)
    network = NETWORKS[name]().to(memory_format=torch.channels_last)  # dropout goes by the places in memory
    flat = FlatParameters(network)
    assert ManualBackprop.supports(network)
    gradients = ManualBackprop(network, smoothing, WholeBatch(SingleProcess()), threads=threads)
    for seed, size in enumerate((64, 64, 1, 17, 64)):
        images, labels = batch(size, seed)
        buffers = [buffer.clone() for buffer in network.buffers()]
        torch.manual_seed(seed)
        with running_statistics_for_one_vector(network, images):
            expected_logits = network(images)
        expected_loss = functional.cross_entropy(expected_logits, labels, label_smoothing=smoothing)
        expected = torch.autograd.grad(expected_loss, list(network.parameters()))
        expected_buffers = [buffer.clone() for buffer in network.buffers()]
        for buffer, before in zip(network.buffers(), buffers, strict=True):
            buffer.copy_(before)
        torch.manual_seed(seed)
        loss, logits = gradients(images, labels, len(labels))
        torch.testing.assert_close(loss, expected_loss.detach())
        torch.testing.assert_close(logits, expected_logits.detach())
        for parameter, gradient in zip(network.parameters(), expected, strict=True):
            torch.testing.assert_close(parameter.grad, gradient, atol=ATOL, rtol=1e-4)
        for buffer, after in zip(network.buffers(), expected_buffers, strict=True):
            torch.testing.assert_close(buffer, after)
        with torch.no_grad():
            flat.values.sub_(flat.gradients, alpha=0.1)


@pytest.mark.parametrize("options", [{"model": "mlp", "batch_norm": True}, {"model": "cnn", "dropout": 0.0}])
def test_bf16_is_as_near_to_float32_as_autocast(options: dict[str, Any]) -> None:
    torch.manual_seed(1)
    network = RunConfig.from_flat(options).model.build().to(memory_format=torch.channels_last)
    FlatParameters(network)
    images, labels = batch(64, 0)
    plan = ComputePlan(torch.device("cpu"), "bf16", 1, channels_last=True)

    def by_autograd(logits: Tensor) -> list[Tensor]:
        loss = functional.cross_entropy(logits.float(), labels, label_smoothing=0.1)
        return [logits.float().detach(), *torch.autograd.grad(loss, list(network.parameters()))]

    exact = by_autograd(network(images))
    with plan.autocast():
        logits = network(images)
    autocast = by_autograd(logits)
    _loss, logits = ManualBackprop(network, 0.1, WholeBatch(SingleProcess()), torch.bfloat16)(images, labels, 64)
    manual = [logits, *(cast(Tensor, parameter.grad) for parameter in network.parameters())]
    for expected, usual, ours in zip(exact, autocast, manual, strict=True):
        assert ours.dtype == torch.float32
        assert (ours - expected).norm() <= 2 * (usual - expected).norm() + 1e-6
    assert any(not torch.equal(expected, ours) for expected, ours in zip(exact, manual, strict=True))


def test_weights_are_taken_anew_for_each_batch_in_bf16() -> None:
    network = NETWORKS["three layers"]()
    flat = FlatParameters(network)
    gradients = ManualBackprop(network, 0.0, WholeBatch(SingleProcess()), torch.bfloat16)
    _loss, before = gradients(*batch(8, 0), 8)
    flat.values.mul_(2.0)
    _loss, after = gradients(*batch(8, 0), 8)
    torch.testing.assert_close(after, network(batch(8, 0)[0]).detach(), rtol=0.05, atol=0.05)
    assert not torch.allclose(after, before)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_batch_of_one_image_leaves_running_statistics_of_vectors_as_they_are(precision: Precision) -> None:
    network = RunConfig.from_flat({"model": "mlp", "batch_norm": True}).model.build()
    flat = FlatParameters(network)
    plan = ComputePlan(torch.device("cpu"), precision, 1, channels_last=False)
    gradients = gradients_for(network, flat, plan, 0.0, SingleProcess())
    gradients(*batch(8, 0), 8)
    before = [buffer.clone() for buffer in network.buffers()]
    loss, _logits = gradients(*batch(1, 1), 1)
    assert loss.isfinite()
    assert flat.gradients.isfinite().all()
    assert all(torch.equal(now, then) for now, then in zip(network.buffers(), before, strict=True))
    gradients(*batch(8, 2), 8)
    assert not any(torch.equal(now, then) for now, then in zip(network.buffers(), before, strict=True))


def test_logits_of_a_batch_outlive_the_next() -> None:
    network = NETWORKS["three layers"]()
    FlatParameters(network)
    gradients = ManualBackprop(network, 0.0, WholeBatch(SingleProcess()))
    loss, logits = gradients(*batch(8, 0), 8)
    before = loss.clone(), logits.clone()
    gradients(*batch(8, 1), 8)
    assert torch.equal(loss, before[0])
    assert torch.equal(logits, before[1])


@pytest.mark.parametrize(
    "network",
    [
        nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 26 * 26, 10)),
        nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4 * 26 * 26, 10)),
        nn.Sequential(
            nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4, affine=False), nn.Flatten(), nn.Linear(4 * 26 * 26, 10)
        ),
        nn.Sequential(
            nn.Conv2d(1, 4, 3, stride=3, bias=False), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4 * 9 * 9, 10)
        ),
        nn.Sequential(nn.Flatten(), nn.Dropout(0.1), nn.Linear(784, 10)),
        nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.Tanh(), nn.Linear(16, 10)),
        nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.LeakyReLU()),
        nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.LeakyReLU(-0.1), nn.Linear(16, 10)),
    ],
)
def test_other_networks_are_left_to_autograd(network: nn.Sequential) -> None:
    plan = choose_plan(RunConfig.from_flat({"model": "mlp", "precision": "fp32"}))
    flat = FlatParameters(network)
    assert not ManualBackprop.supports(network)
    assert not isinstance(gradients_for(network, flat, plan, 0.0, SingleProcess()), ManualBackprop)


def test_all_models_but_the_residual_network_are_supported() -> None:
    for model in ("logistic", "mlp", "cnn"):
        network = RunConfig.from_flat({"model": model}).model.build()
        FlatParameters(network)
        assert ManualBackprop.supports(network)
