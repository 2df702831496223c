"""The processors that this process may use: by its affinity, and by the limits of its control groups.

A container's limit is a quota of processor time. It hides no processor, so a program that counts them starts more
threads than may run at once, and the kernel halts all of them for the rest of each period.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path, PurePosixPath
from typing import Protocol

ROOT = Path("/")


class CpuQuota(Protocol):
    """A limit on the processor time of all processes of a control group together."""

    @property
    def processors(self) -> float:
        """How many processors the group may keep busy."""

    def used_seconds(self) -> float:
        """Return the processor time that the group has used.

        Raises:
            OSError, ValueError: It can't be read.
        """


@dataclass(frozen=True, slots=True)
class UnifiedQuota:
    """The quota of a group in version 2 of control groups."""

    folder: Path
    processors: float

    def used_seconds(self) -> float:
        """Return the processor time that the group has used."""
        for line in (self.folder / "cpu.stat").read_text().splitlines():
            name, _, value = line.partition(" ")
            if name == "usage_usec":
                return int(value) / 1e6
        raise ValueError(f"{self.folder} has no usage")


@dataclass(frozen=True, slots=True)
class LegacyQuota:
    """The quota of a group in version 1 of control groups."""

    folder: Path
    processors: float

    def used_seconds(self) -> float:
        """Return the processor time that the group has used."""
        return int((self.folder / "cpuacct.usage").read_text()) / 1e9


def own_processors() -> set[int]:
    """Return the processors that this process may run on."""
    if sys.platform == "linux":
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def cpu_quota(root: Path = ROOT) -> CpuQuota | None:
    """Return the smallest quota of the groups that this process is in; None if there is none.

    Args:
        root: The folder that has `proc` and `sys`.
    """
    return min(_quotas(root), key=lambda quota: quota.processors, default=None)


def usable_processors(root: Path = ROOT) -> int:
    """Return how many processors this process can keep busy, at least 1."""
    quota = cpu_quota(root)
    return whole_processors(len(own_processors()), quota.processors if quota else inf)


def whole_processors(processors: int, quota: float) -> int:
    """Return how many threads can run at once all the time; the rest of a quota of 1.5 is no thread's."""
    return max(1, int(min(processors, quota)))


def _quotas(root: Path) -> Iterator[UnifiedQuota | LegacyQuota]:
    groups = root / "sys/fs/cgroup"
    for controllers, path in _memberships(root / "proc/self/cgroup"):
        if not controllers:
            for folder in _with_parents(groups, path):
                with suppress(OSError, ValueError, ZeroDivisionError):
                    allowed, period = (folder / "cpu.max").read_text().split()
                    if allowed != "max":
                        yield UnifiedQuota(folder, int(allowed) / int(period))
        elif "cpu" in controllers.split(","):
            for folder in _with_parents(groups / controllers, path):
                with suppress(OSError, ValueError, ZeroDivisionError):
                    micros = int((folder / "cpu.cfs_quota_us").read_text())
                    if micros > 0:
                        yield LegacyQuota(folder, micros / int((folder / "cpu.cfs_period_us").read_text()))


def _memberships(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the controllers of each hierarchy, none for version 2, and this process's group in it."""
    with suppress(OSError):
        for line in file.read_text(errors="replace").splitlines():
            number, _, rest = line.partition(":")
            controllers, _, path = rest.partition(":")
            if number.isdigit() and path.startswith("/"):
                yield controllers, path


def _with_parents(mount: Path, path: str) -> Iterator[Path]:
    """Yield the folders of a group and of those around it.

    In a container, the path may be that outside of it, and the mount be the group itself: folders that are not there
    are left out by the caller.
    """
    parts = [part for part in PurePosixPath(path).parts[1:] if part != ".."]
    for length in range(len(parts), -1, -1):
        yield mount.joinpath(*parts[:length])
