"""Keeps memory that was freed for the next step instead of handing it back to the kernel."""

import ctypes
import functools
import sys

M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
MAX_VALUE = 2**31 - 1


@functools.cache
def keep_freed_memory() -> None:
    """Tells glibc's allocator never to give large blocks back; does nothing where the C library is another.

    Every step allocates and frees the same activations. By default blocks above a threshold come from the kernel and go
    back to it each time, and touching a fresh page costs more than computing what goes into it. Peak memory stays what
    it is; it is only held on to between the peaks. See mallopt(3).
    """
    library = _glibc()
    if library is not None:
        library.mallopt(M_MMAP_THRESHOLD, MAX_VALUE)
        library.mallopt(M_TRIM_THRESHOLD, MAX_VALUE)


def give_back_freed_memory() -> None:
    """Hands back what was freed so far, once: the gaps that a trial leaves are not those that the run has use for."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """The C library where it is glibc; musl and other systems have other allocators."""
    library = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    return library if library is not None and hasattr(library, "gnu_get_libc_version") else None
