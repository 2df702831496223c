"""Our optimizers are torch's, number for number, over parameters that lie in one tensor."""

from typing import Any

import pytest
import torch
from torch import nn

from fmnist_tui.config import RunConfig
from fmnist_tui.training.flat_parameters import ALIGNMENT, FlatParameters
from fmnist_tui.training.optimizers import build_optimizer
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
    optimizer = build_optimizer(config, FlatParameters(ours))
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
    optimizer = build_optimizer(config, flat)
    flat.gradients.normal_()
    for _ in range(3):
        optimizer.step(0.01)
    tensors = trainer_tensors(flat, optimizer)
    steps = tensors.pop("optimizer.steps")
    if name != "sgd":
        tensors.update({"optimizer.0.weight#step": steps, "optimizer.0.bias#step": steps})
    restored = build_optimizer(config, flat)
    restore_trainer(flat, restored, tensors)
    assert restored.steps == (0 if name == "sgd" else steps)
    for quantity, moment in optimizer.moments.items():
        for (_, one), (_, other) in zip(flat.parts(moment), flat.parts(restored.moments[quantity]), strict=True):
            assert torch.equal(one, other)
