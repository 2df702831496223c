from math import inf, nan

import pytest
import torch
from torch import Tensor

from fmnist_tui.checkpoints.weight_difference import weight_difference

A = {"w": torch.tensor([4.0, -8.0]), "b": torch.tensor([0.5]), "seen": torch.tensor(7)}


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        ({}, 0.0),
        ({"w": torch.tensor([4.0, -7.0])}, 1 / 8),
        ({"w": torch.tensor([4.0, -7.0]), "b": torch.tensor([0.75])}, 1 / 2),
        ({"w": torch.tensor([4.0, nan])}, inf),
        ({"w": torch.tensor([4.0])}, inf),
        ({"another": torch.tensor([4.0])}, inf),
        ({"seen": torch.tensor(14)}, 1.0),
    ],
)
def test_the_difference_is_relative_to_the_largest_number_of_the_tensor(
    changed: dict[str, Tensor], difference: float
) -> None:
    assert weight_difference(A, {**A, **changed}) == difference


def test_empty_tensors_do_not_differ() -> None:
    assert weight_difference({"w": torch.empty(0)}, {"w": torch.empty(0)}) == 0.0
    assert weight_difference({}, {}) == 0.0
