"""Flushes denormal numbers to zero while a network is trained: many processors compute them slowly.

Denormal numbers are those below 1.2e-38 in float32. Momentum that no gradient renews decays into them. The setting
belongs to a thread, and a thread of an OpenMP pool takes it from the thread that starts it.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import torch

OMP_PAUSE_HARD = 2
"""The constant `omp_pause_hard` of OpenMP 5.0."""

NUMBERS_OF_A_THREAD = 32_768
"""Torch gives a thread of an elementwise operation at least that many."""


@contextmanager
def denormals_flushed() -> Iterator[None]:
    """Return a context in which this thread, and those of its operations, flush denormal numbers to zero.

    Afterwards they don't, whatever they did before: torch can't tell. Changes nothing where torch can't set it.
    """
    is_possible = _set(flush=True)
    try:
        yield
    finally:
        if is_possible:
            _set(flush=False)


def flushes_denormals() -> bool:
    """Return whether this thread and those of its operations flush denormal numbers to zero."""
    smallest = torch.full((NUMBERS_OF_A_THREAD * torch.get_num_threads(),), torch.finfo(torch.float32).tiny)
    return not bool(smallest.mul_(0.5).view(torch.int32).any())  # as integers, they are not flushed when compared


def _set(*, flush: bool) -> bool:
    """Set it for this thread and end the threads of its pool, so that the next operation starts new ones."""
    is_possible = torch.set_flush_denormal(flush)
    with suppress(OSError, TypeError, AttributeError):  # Windows, or a torch without OpenMP
        ctypes.CDLL(None).omp_pause_resource_all(OMP_PAUSE_HARD)
    return is_possible
