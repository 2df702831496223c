"""A cluster whose commands are found before those of a real one."""

import sys
from pathlib import Path

import pytest
from stub_cluster import Cluster


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    if sys.platform == "win32":
        pytest.skip("SLURM runs on POSIX systems only")
    return Cluster(tmp_path / "stub", monkeypatch)
