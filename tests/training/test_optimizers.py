"""Our optimizers are torch's, number for number, over parameters that lie in one tensor."""

from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn

from fmnist_tui.config import RunConfig
from fmnist_tui.training.flat_parameters import ALIGNMENT, FlatParameters
from fmnist_tui.training.optimizers import build_optimizer
from fmnist_tui.training.optimizers.newton_schulz import orthogonalized
from fmnist_tui.training.trainer_state import restore_trainer, trainer_tensors


def network() -> nn.Sequential:
    torch.manual_seed(5)
    return nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.Linear(7, 3)).to(memory_format=torch.channels_last)


def fill_gradients(parameters: Any, step: int) -> None:
    generator = torch.Generator().manual_seed(step)
    for parameter in parameters:
        parameter.grad.copy_(torch.randn(parameter.shape, generator=generator))


@pytest.mark.parametrize("decay", [0.0, 0.01])
@pytest.mark.parametrize(
    ("name", "kind", "options"),
    [
        ("adam", torch.optim.Adam, {}),
        ("adamw", torch.optim.AdamW, {}),
        ("sgd", torch.optim.SGD, {"momentum": 0.9}),
        ("sgd", torch.optim.SGD, {"momentum": 0.0}),
        ("rmsprop", torch.optim.RMSprop, {"momentum": 0.9}),
        ("rmsprop", torch.optim.RMSprop, {"momentum": 0.0}),
    ],
)
def test_each_optimizer_steps_as_torchs(name: str, kind: Any, options: dict[str, float], decay: float) -> None:
    ours, theirs = network(), network()
    config = RunConfig.from_flat({"model": "cnn", "optimizer": name, "weight_decay": decay, **options})
    optimizer = build_optimizer(config, FlatParameters(ours), "fp32")
    reference = kind(theirs.parameters(), lr=1.0, weight_decay=decay, **options)
    for parameter in theirs.parameters():
        parameter.grad = torch.zeros_like(parameter)
    for step in range(1, 8):
        fill_gradients(ours.parameters(), step)
        fill_gradients(theirs.parameters(), step)
        optimizer.step(0.01 * step)
        reference.param_groups[0]["lr"] = 0.01 * step
        reference.step()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_muon_steps_as_torchs_for_matrices_and_as_adamw_for_vectors(decay: float) -> None:
    ours, theirs = network(), network()
    config = RunConfig.from_flat({"model": "cnn", "optimizer": "muon", "weight_decay": decay, "momentum": 0.95})
    optimizer = build_optimizer(config, FlatParameters(ours), "bf16")
    # torch's takes matrices only
    matrices = [parameter.detach().flatten(1).clone() for parameter in theirs.parameters() if parameter.dim() > 1]
    vectors = [parameter.detach().clone() for parameter in theirs.parameters() if parameter.dim() == 1]
    references = [
        torch.optim.Muon(matrices, lr=1.0, weight_decay=decay, momentum=0.95, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(vectors, lr=1.0, weight_decay=decay),
    ]
    for step in range(1, 8):
        fill_gradients(ours.parameters(), step)
        gradients = [cast(Tensor, parameter.grad) for parameter in ours.parameters()]
        for matrix, gradient in zip(matrices, (each for each in gradients if each.dim() > 1), strict=True):
            matrix.grad = gradient.flatten(1).clone()
        for vector, gradient in zip(vectors, (each for each in gradients if each.dim() == 1), strict=True):
            vector.grad = gradient.clone()
        optimizer.step(0.01 * step)
        for reference in references:
            reference.param_groups[0]["lr"] = 0.01 * step
            reference.step()
    for parameter in ours.parameters():
        expected = matrices.pop(0).view_as(parameter) if parameter.dim() > 1 else vectors.pop(0)
        # bf16 has two to three digits, and the products are rounded at other places.
        tolerance = {"rtol": 0.0, "atol": 4e-3} if parameter.dim() > 1 else {}
        torch.testing.assert_close(parameter.detach(), expected, **tolerance)


@pytest.mark.parametrize("shape", [(2, 6, 20), (1, 20, 6), (3, 8, 8), (1, 1, 5)])
def test_orthogonalization_keeps_the_singular_vectors_and_makes_all_values_about_1(shape: tuple[int, ...]) -> None:
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(2))
    found = orthogonalized(matrices)
    left, _values, right = torch.linalg.svd(matrices, full_matrices=False)
    among_its_vectors = left.mT @ found @ right.mT
    torch.testing.assert_close(among_its_vectors, torch.diag_embed(among_its_vectors.diagonal(dim1=1, dim2=2)))
    assert among_its_vectors.diagonal(dim1=1, dim2=2).min() > 0.6
    assert among_its_vectors.diagonal(dim1=1, dim2=2).max() < 1.3
    assert torch.equal(orthogonalized(torch.zeros(shape)), torch.zeros(shape)), "a gradient of zeros changes nothing"


@pytest.mark.parametrize("smallest", [1.0, 1e-3, 1e-7, 0.0])
@pytest.mark.parametrize("shape", [(2, 10, 128), (1, 64, 288), (1, 96, 32), (1, 32, 40)])
def test_orthogonalization_in_float32_is_that_in_float64(shape: tuple[int, ...], smallest: float) -> None:
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(3))
    left, values, right = torch.linalg.svd(matrices.double(), full_matrices=False)
    values *= torch.logspace(0.0, -7.0, values.shape[1], dtype=torch.float64).clamp_(min=smallest)
    values[:, -1] *= smallest > 0.0
    ill_conditioned = left @ values.diag_embed() @ right
    expected = orthogonalized(ill_conditioned, torch.float64)  # by products with all columns
    torch.testing.assert_close(orthogonalized(ill_conditioned.float()), expected, rtol=0.0, atol=2e-4)


def test_a_rate_on_the_device_gives_the_step_of_the_same_number() -> None:
    for name in ("adam", "adamw", "muon", "rmsprop", "sgd"):
        config = RunConfig.from_flat({"model": "cnn", "optimizer": name, "weight_decay": 0.01})
        networks = [network(), network()]
        for each, rate in zip(networks, (0.125, torch.tensor(0.125)), strict=True):
            optimizer = build_optimizer(config, FlatParameters(each), "fp32")
            fill_gradients(each.parameters(), 1)
            optimizer.step(rate)
        for one, other in zip(*(each.parameters() for each in networks), strict=True):
            torch.testing.assert_close(one, other, msg=name)


def test_parameters_have_the_same_values_and_layout_and_begin_at_a_cache_line() -> None:
    before, after = network(), network()
    flat = FlatParameters(after)
    for one, other in zip(before.parameters(), after.parameters(), strict=True):
        assert torch.equal(one, other)
        assert one.stride() == other.stride()
        assert other.data_ptr() % (4 * ALIGNMENT) == flat.values.data_ptr() % (4 * ALIGNMENT)
    flat.values.fill_(2.0)
    assert all(bool((parameter == 2.0).all()) for parameter in after.parameters())


def test_loading_weights_leaves_the_parameters_in_the_flat_tensor() -> None:
    one, other = network(), network()
    flat = FlatParameters(one)
    with torch.no_grad():
        next(other.parameters()).fill_(3.0)
    one.load_state_dict(other.state_dict())
    assert int((flat.values == 3.0).sum()) == next(other.parameters()).numel()


@pytest.mark.parametrize("name", ["adam", "sgd", "rmsprop"])
def test_the_state_of_version_0_1_0_is_read(name: str) -> None:
    config = RunConfig.from_flat({"model": "cnn", "optimizer": name})
    flat = FlatParameters(network())
    optimizer = build_optimizer(config, flat, "fp32")
    flat.gradients.normal_()
    for _ in range(3):
        optimizer.step(0.01)
    tensors = trainer_tensors(flat, optimizer)
    steps = tensors.pop("optimizer.steps")
    if name != "sgd":
        tensors.update({"optimizer.0.weight#step": steps, "optimizer.0.bias#step": steps})
    restored = build_optimizer(config, flat, "fp32")
    restore_trainer(flat, restored, tensors)
    assert restored.steps == (0 if name == "sgd" else steps)
    for quantity, moment in optimizer.moments.items():
        for (_, one), (_, other) in zip(flat.parts(moment), flat.parts(restored.moments[quantity]), strict=True):
            assert torch.equal(one, other)
