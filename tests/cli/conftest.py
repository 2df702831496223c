"""What the commands' tests share."""

import pytest

from fmnist_tui.data.dataset import Dataset


@pytest.fixture(autouse=True)
def _small_data(monkeypatch: pytest.MonkeyPatch, small_dataset: Dataset) -> None:
    """Whatever data a command asks for, it gets the small dataset."""
    for module in ("fmnist_tui.data.dataset", "fmnist_tui.engine.evaluate"):
        monkeypatch.setattr(f"{module}.load_dataset", lambda *_arguments: small_dataset)
