"""Denormal numbers, those below 1.2e-38 in float32, are flushed to zero: many processors compute them slowly.

Momentum that no gradient renews decays into them. The setting belongs to a thread, and the threads of an OpenMP pool
take it from the one that starts them, so it is made before the first parallel operation.
"""

import torch

NUMBERS_OF_A_THREAD = 32_768
"""Torch gives a thread of an elementwise operation at least that many."""


def flush_denormals() -> None:
    """Flush denormal numbers to zero on this thread, and on those that its operations start from now on."""
    torch.set_flush_denormal(True)


def flushes_denormals() -> bool:
    """Return whether this thread and those of its operations flush denormal numbers to zero."""
    smallest = torch.full((NUMBERS_OF_A_THREAD * torch.get_num_threads(),), torch.finfo(torch.float32).tiny)
    return not bool(smallest.mul_(0.5).view(torch.int32).any())  # as integers, they are not flushed when compared
