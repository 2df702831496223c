"""The first convolution as a matrix product is the convolution."""

from typing import Any

import pytest
import torch
from torch import nn

from fmnist_tui.training.gradients.patch_convolution import PatchConv2d, use_patches


@pytest.mark.parametrize("options", [{"padding": 1}, {"padding": 0, "bias": False}, {"padding": (2, 1)}])
def test_outputs_and_gradients_are_those_of_torch(options: dict[str, Any]) -> None:
    torch.manual_seed(1)
    theirs = nn.Sequential(nn.Conv2d(1, 5, (3, 3), **options), nn.ReLU())
    ours = nn.Sequential(nn.Conv2d(1, 5, (3, 3), **options), nn.ReLU())
    ours.load_state_dict(theirs.state_dict())
    parameters = list(ours.parameters())
    use_patches(ours)
    assert isinstance(ours[0], PatchConv2d)
    assert all(one is other for one, other in zip(ours.parameters(), parameters, strict=True))
    assert list(ours.state_dict()) == list(theirs.state_dict())
    images = torch.randn(4, 1, 28, 28)
    one, other = ours(images), theirs(images)
    torch.testing.assert_close(one, other)
    one.square().sum().backward()
    other.square().sum().backward()
    for mine, reference in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, reference.grad, rtol=1e-4, atol=1e-4)


def test_other_convolutions_stay_as_they_are() -> None:
    layers = [
        nn.Conv2d(2, 4, 3),
        nn.Conv2d(1, 4, 3, stride=2),
        nn.Conv2d(1, 4, 3, dilation=2),
        nn.Conv2d(1, 4, 3, padding="same"),
        nn.Conv2d(1, 4, 3, padding=1, padding_mode="reflect"),
        nn.Linear(3, 3),
    ]
    network = nn.Sequential(*layers)
    use_patches(network)
    assert list(network) == layers


def test_the_product_is_computed_in_the_precision_of_autocast() -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1))
    use_patches(network)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        outputs = network(torch.randn(2, 1, 28, 28))
    assert outputs.dtype == torch.bfloat16
    assert outputs.is_contiguous(memory_format=torch.channels_last)
