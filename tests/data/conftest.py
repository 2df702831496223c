"""An empty home, so that no test sees or touches the user's own data."""

from pathlib import Path

import pytest

from fmnist_tui.data import locate


@pytest.fixture
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without the dataset; returns a folder to work in."""
    monkeypatch.setenv("FMNIST_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(locate.FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(locate, "SYSTEM_FOLDERS", (tmp_path / "system",))
    return tmp_path
