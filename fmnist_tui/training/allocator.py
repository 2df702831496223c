"""Keeps memory that was freed for the next step instead of handing it back to the kernel."""

import ctypes
import functools
import sys

M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
LARGEST = 2**31 - 1


@functools.cache
def keep_freed_memory() -> None:
    """Tells glibc's allocator never to give large blocks back; does nothing where the C library is another.

    Every step allocates and frees the same activations. By default blocks above a threshold come from the kernel and go
    back to it each time, and touching a fresh page costs more than computing what goes into it. Peak memory stays what
    it is; it is only held on to between the peaks. See mallopt(3).
    """
    if not sys.platform.startswith("linux"):
        return
    library = ctypes.CDLL(None)
    if hasattr(library, "gnu_get_libc_version"):  # musl has another allocator
        library.mallopt(M_MMAP_THRESHOLD, LARGEST)
        library.mallopt(M_TRIM_THRESHOLD, LARGEST)
