"""A cluster whose commands are found before those of a real one."""

from pathlib import Path

import pytest
from stub_cluster import Cluster


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    return Cluster(tmp_path / "stub", monkeypatch)
