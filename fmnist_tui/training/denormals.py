"""Flushes denormal numbers to zero while a network is trained or evaluated: many processors compute them slowly.

Denormal (subnormal) numbers are smaller in magnitude than 1.2e-38 in float32. Momentum decays into that range when its
gradients stay zero. The setting is per thread; a thread of an OpenMP pool inherits it from the thread that creates it.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import torch

OMP_PAUSE_HARD = 2
"""The constant `omp_pause_hard` of OpenMP 5.0."""

GRAIN_SIZE = 32_768
"""Torch gives each thread of an elementwise operation at least this many elements."""


@contextmanager
def denormals_flushed() -> Iterator[None]:
    """Flush denormal numbers to zero on this thread and in its OpenMP pool, and restore the setting afterwards.

    Has no effect where the processor can't flush them.
    """
    if flushes_denormals() or not torch.set_flush_denormal(True):
        yield
        return
    _end_pool()
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        _end_pool()


def flushes_denormals() -> bool:
    """Return whether this thread and those of its operations flush denormal numbers to zero."""
    smallest = torch.full((GRAIN_SIZE * torch.get_num_threads(),), torch.finfo(torch.float32).tiny)
    return not bool(smallest.mul_(0.5).view(torch.int32).any())  # as integers, they are not flushed when compared


def _end_pool() -> None:
    """End the threads of this thread's pool, so that the next operation starts new ones, which inherit its setting."""
    # Windows has no such function, nor has a torch without OpenMP or with that of GCC 8: there the pool stays as it is.
    with suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).omp_pause_resource_all(OMP_PAUSE_HARD)
