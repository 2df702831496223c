"""An empty home, so that tests neither read nor write the user's data."""

from dataclasses import replace
from pathlib import Path

import pytest

from fmnist_tui.data import locate
from fmnist_tui.datasets import DATASETS
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST


@pytest.fixture
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Simulate a machine without the dataset; return a working folder."""
    monkeypatch.setenv("FMNIST_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(locate.FOLDER_VARIABLE, raising=False)
    monkeypatch.setitem(DATASETS, "fashion-mnist", replace(FASHION_MNIST, folders=(tmp_path / "system",)))
    return tmp_path
