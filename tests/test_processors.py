"""The limits of control groups, read from folders that look like those of Linux."""

from math import inf
from pathlib import Path

import pytest

from fmnist_tui.processors import cpu_quota, own_processors, usable_processors, whole_processors


def files(root: Path, contents: dict[str, str]) -> Path:
    for name, text in contents.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


@pytest.mark.parametrize(
    ("contents", "quota"),
    [
        ({}, None),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "150000 100000\n"}, 1.5),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, None),
        (
            {
                "proc/self/cgroup": "0::/a.slice/b.service\n",
                "sys/fs/cgroup/a.slice/cpu.max": "400000 100000\n",
                "sys/fs/cgroup/a.slice/b.service/cpu.max": "max 100000\n",
            },
            4.0,
        ),
        # In a container, the path may be that on the host.
        ({"proc/self/cgroup": "0::/../../docker/x\n", "sys/fs/cgroup/cpu.max": "50000 100000\n"}, 0.5),
        (
            {
                "proc/self/cgroup": "3:memory:/x\n2:cpu,cpuacct:/docker/1\n0::/\n",
                "sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us": "300000\n",
                "sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_period_us": "100000\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            },
            3.0,
        ),
        (
            {
                "proc/self/cgroup": "1:cpu:/\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "0\n",
            },
            None,
        ),
        ({"proc/self/cgroup": "no group\n\x00", "sys/fs/cgroup/cpu.max": "100000 100000"}, None),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "many\n"}, None),
    ],
    ids=["none", "v2", "v2 max", "v2 nested", "v2 container", "v1", "v1 damaged", "no membership", "v2 damaged"],
)
def test_the_quota_is_the_smallest_of_the_groups(contents: dict[str, str], quota: float | None, tmp_path: Path) -> None:
    found = cpu_quota(files(tmp_path, contents))
    assert (found and found.processors) == quota
    assert usable_processors(tmp_path) == whole_processors(len(own_processors()), quota or inf)


@pytest.mark.parametrize(("quota", "whole"), [(inf, 4), (8.0, 4), (2.9, 2), (1.5, 1), (0.5, 1)])
def test_no_more_threads_are_usable_than_may_run_all_the_time(quota: float, whole: int) -> None:
    assert whole_processors(4, quota) == whole


def test_a_group_reports_the_time_that_it_has_used(tmp_path: Path) -> None:
    unified = {"cpu.max": "100000 100000", "cpu.stat": "user_usec 1\nusage_usec 2500000\n"}
    files(tmp_path / "2/sys/fs/cgroup", unified)
    files(tmp_path / "2", {"proc/self/cgroup": "0::/\n"})
    legacy = {"cpu.cfs_quota_us": "100000", "cpu.cfs_period_us": "100000", "cpuacct.usage": "2500000000\n"}
    files(tmp_path / "1/sys/fs/cgroup/cpu,cpuacct", legacy)
    files(tmp_path / "1", {"proc/self/cgroup": "2:cpu,cpuacct:/\n"})
    for version in ("1", "2"):
        quota = cpu_quota(tmp_path / version)
        assert quota is not None
        assert quota.used_seconds() == 2.5
