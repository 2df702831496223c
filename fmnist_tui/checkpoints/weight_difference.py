"""How far the weights of two checkpoints are apart."""

from collections.abc import Mapping
from math import inf

from torch import Tensor


def weight_difference(a: Mapping[str, Tensor], b: Mapping[str, Tensor]) -> float:
    """Return the largest difference of a number, relative to the largest number of its tensor in `a`.

    inf if the tensors have other names or shapes, or if only one of two numbers is finite.
    """
    if {name: tensor.shape for name, tensor in a.items()} != {name: tensor.shape for name, tensor in b.items()}:
        return inf
    return max((_difference(tensor.double(), b[name].double()) for name, tensor in a.items()), default=0.0)


def _difference(a: Tensor, b: Tensor) -> float:
    if a.equal(b) or not a.numel():
        return 0.0
    largest = float((a - b).abs().max())
    return largest / max(float(a.abs().max()), 1e-12) if largest < inf else inf  # nan is not below inf
