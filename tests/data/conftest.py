"""An empty home, so that no test sees or touches the user's own data."""

from dataclasses import replace
from pathlib import Path

import pytest

from fmnist_tui.data import locate
from fmnist_tui.datasets import DATASETS
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST


@pytest.fixture
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without the dataset; returns a folder to work in."""
    monkeypatch.setenv("FMNIST_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(locate.FOLDER_VARIABLE, raising=False)
    monkeypatch.setitem(DATASETS, "fashion-mnist", replace(FASHION_MNIST, folders=(tmp_path / "system",)))
    return tmp_path
