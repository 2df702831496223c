"""Which folders are taken for local ones."""

from pathlib import Path
from typing import NamedTuple

import pytest

from fmnist_tui.slurm.shared_folder import local_type


class Mounted(NamedTuple):
    mountpoint: str
    fstype: str


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        ([("/", "ext4")], "ext4"),
        ([("/", "ext4"), ("/home", "nfs4")], ""),
        ([("/home", "nfs4"), ("/", "ext4"), ("/home/me/runs", "tmpfs")], "tmpfs"),
        ([("/", "ext4"), ("/home/me/runs/deeper", "nfs4")], "ext4"),
        ([("/", "ext4"), ("/home/m", "nfs4")], "ext4"),
        ([("/home", "ext4"), ("/home", "fuse.sshfs")], ""),
        ([("/", "something-new")], ""),
        ([], ""),
    ],
)
def test_the_innermost_mount_decides(mounts: list[tuple[str, str]], expected: str) -> None:
    assert local_type(Path("/home/me/runs"), [Mounted(*mount) for mount in mounts]) == expected
