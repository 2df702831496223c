"""Whether the other nodes of a cluster can see a folder, as far as this one can know."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

LOCAL_TYPES = frozenset(
    ("apfs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "hfs", "jfs", "ntfs", "overlay", "ramfs", "tmpfs", "xfs", "zfs")
)
"""The file systems that no other machine can write to."""


class Mount(Protocol):
    """A mounted file system, as psutil describes it."""

    @property
    def mountpoint(self) -> str: ...

    @property
    def fstype(self) -> str: ...


def local_type(folder: Path, mounts: Iterable[Mount]) -> str:
    """Return the type of the file system that contains a folder if that is a local one; empty otherwise."""
    path = folder.absolute().resolve()
    containing = [mount for mount in mounts if path.is_relative_to(mount.mountpoint)]
    # Of two at the same place, the later one covers the earlier one.
    innermost = max(enumerate(containing), key=lambda one: (len(one[1].mountpoint), one[0]), default=None)
    found = innermost[1].fstype.lower() if innermost else ""
    return found if found in LOCAL_TYPES else ""


def local_type_of(folder: Path) -> str:
    """Return the type of the file system that contains a folder of this machine if that is a local one."""
    import psutil

    try:
        return local_type(folder, psutil.disk_partitions(all=True))
    except (OSError, RuntimeError):  # a system that hides its mounts, or a loop of links
        return ""
