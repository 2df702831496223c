"""The orthogonalization of matrices by the iteration of Newton and Schulz."""

import torch
from torch import Tensor

ITERATIONS = 5
FIRST, THIRD, FIFTH = 3.4445, -4.7750, 2.0315
"""K. Jordan's coefficients, with which five iterations move all singular values from 0.01 to 1 near 1."""

LONG = 1.5
"""Columns for each row from which the iteration takes fewer multiplications with the Gram matrix."""


def orthogonalized(matrices: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return the nearest matrices whose singular values are all about 1.

    Args:
        matrices: float [k, rows, columns].
        dtype: What to compute in.

    Returns:
        float32 [k, rows, columns].
    """
    is_tall = matrices.shape[1] > matrices.shape[2]
    wide = matrices.transpose(1, 2) if is_tall else matrices
    wide = (wide / (wide.norm(dim=(1, 2), keepdim=True) + 1e-7)).to(dtype)
    rows, columns = wide.shape[1:]
    by_gram_matrix = dtype == torch.float32 and columns > LONG * rows
    found = _by_gram_matrix(wide) if by_gram_matrix else _iterated(wide)
    return (found.transpose(1, 2) if is_tall else found).float()


def _iterated(matrices: Tensor) -> Tensor:
    for _ in range(ITERATIONS):
        squares = torch.bmm(matrices, matrices.transpose(1, 2))
        higher = torch.baddbmm(squares, squares, squares, beta=THIRD, alpha=FIFTH)
        matrices = torch.baddbmm(matrices, higher, matrices, beta=FIRST)
    return matrices


def _by_gram_matrix(matrices: Tensor) -> Tensor:
    """Return what `_iterated` does, except for rounding; in half precision this would not be stable.

    "Gram Newton-Schulz" (Dao AI Lab, 2026): an iteration multiplies the matrices X by a polynomial in their Gram
    matrices G = X Xᵀ, which then become P G P. So only the first and the last product have as many columns as X.
    """
    gram = torch.bmm(matrices, matrices.transpose(1, 2))
    product = polynomial = _polynomial(gram)
    for _ in range(ITERATIONS - 1):
        gram = torch.bmm(torch.bmm(polynomial, gram), polynomial)
        polynomial = _polynomial(gram)
        product = torch.bmm(polynomial, product)
    return torch.bmm(product, matrices)


def _polynomial(gram: Tensor) -> Tensor:
    polynomial = torch.baddbmm(gram, gram, gram, beta=THIRD, alpha=FIFTH)
    polynomial.diagonal(dim1=1, dim2=2).add_(FIRST)
    return polynomial
