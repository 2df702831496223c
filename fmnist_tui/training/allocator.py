"""Keeps freed memory for the next step instead of returning it to the kernel."""

import ctypes
import functools
import sys

M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
MAX_VALUE = 2**31 - 1


@functools.cache
def keep_freed_memory() -> None:
    """Make glibc's allocator keep large blocks; does nothing with another C library.

    Every step allocates and frees the same activations. By default, blocks above a threshold come from the kernel and
    return to it each time, and touching a fresh page costs more than computing its content. Peak memory stays the
    same; it is only held between the peaks. See mallopt(3).
    """
    library = _glibc()
    if library is not None:
        library.mallopt(M_MMAP_THRESHOLD, MAX_VALUE)
        library.mallopt(M_TRIM_THRESHOLD, MAX_VALUE)


def give_back_freed_memory() -> None:
    """Return freed memory to the kernel once: the gaps that a measurement leaves don't fit the run."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """Return the C library if it is glibc; musl and other systems have other allocators."""
    library = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    return library if library is not None and hasattr(library, "gnu_get_libc_version") else None
