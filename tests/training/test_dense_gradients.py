"""The gradients that are written out are autograd's."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from fmnist_tui.config import RunConfig
from fmnist_tui.training.dense_gradients import DenseGradients
from fmnist_tui.training.device import choose_placement
from fmnist_tui.training.flat import FlatParameters
from fmnist_tui.training.gradients import AutogradGradients, gradients_for

NETWORKS = {
    "one layer": lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10)),
    "three layers": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(784, 32), nn.LeakyReLU(), nn.Linear(32, 16), nn.LeakyReLU(0.2), nn.Linear(16, 10)
    ),
    "dropout": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(784, 32), nn.LeakyReLU(), nn.Dropout(0.4), nn.Linear(32, 10)
    ),
}


def batch(size: int, seed: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(size, 1, 28, 28, generator=generator), torch.randint(10, (size,), generator=generator)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("name", NETWORKS)
def test_loss_logits_and_gradients_equal_autograds(name: str, smoothing: float) -> None:
    torch.manual_seed(1)
    network = NETWORKS[name]()
    flat = FlatParameters(network)
    assert DenseGradients.fit(network)
    gradients = DenseGradients(network, smoothing)
    for seed, size in enumerate((64, 64, 1, 17, 64)):
        images, labels = batch(size, seed)
        torch.manual_seed(seed)
        expected_logits = network(images)
        expected_loss = functional.cross_entropy(expected_logits, labels, label_smoothing=smoothing)
        expected = torch.autograd.grad(expected_loss, list(network.parameters()))
        torch.manual_seed(seed)
        loss, logits = gradients(images, labels)
        torch.testing.assert_close(loss, expected_loss.detach())
        torch.testing.assert_close(logits, expected_logits.detach())
        for parameter, gradient in zip(network.parameters(), expected, strict=True):
            torch.testing.assert_close(parameter.grad, gradient)
        with torch.no_grad():
            flat.values.sub_(flat.gradients, alpha=0.1)


def test_logits_of_a_batch_outlive_the_next() -> None:
    network = NETWORKS["three layers"]()
    FlatParameters(network)
    gradients = DenseGradients(network, 0.0)
    loss, logits = gradients(*batch(8, 0))
    before = loss.clone(), logits.clone()
    gradients(*batch(8, 1))
    assert torch.equal(loss, before[0])
    assert torch.equal(logits, before[1])


@pytest.mark.parametrize(
    "network",
    [
        nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 26 * 26, 10)),
        nn.Sequential(nn.Flatten(), nn.Linear(784, 10, bias=False)),
        nn.Sequential(nn.Flatten(), nn.Dropout(0.1), nn.Linear(784, 10)),
        nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.Tanh(), nn.Linear(16, 10)),
        nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.LeakyReLU()),
        nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.LeakyReLU(-0.1), nn.Linear(16, 10)),
    ],
)
def test_other_networks_are_left_to_autograd(network: nn.Sequential) -> None:
    placement = choose_placement(RunConfig.from_flat({"model": "mlp", "precision": "fp32"}))
    assert not DenseGradients.fit(network)
    assert isinstance(gradients_for(network, FlatParameters(network), placement, 0.0), AutogradGradients)


def test_the_mlp_and_the_logistic_regression_are_such_chains() -> None:
    for model in ("logistic", "mlp"):
        assert DenseGradients.fit(RunConfig.from_flat({"model": model}).model.build())
