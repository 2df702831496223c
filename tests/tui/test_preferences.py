"""The file of preferences: what is stored, and what survives a damaged or unwritable file."""

import json
import threading
from pathlib import Path

import pytest

from fmnist_tui.tui import preferences
from fmnist_tui.tui.preferences import Preferences, PreferencesFile, stored_preferences


@pytest.fixture(autouse=True)
def _tour_is_seen() -> None:
    """Start without a file, unlike the other tests of the interface."""


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings that are logged."""
    found: list[str] = []
    monkeypatch.setattr(preferences.logger, "warning", lambda text, *values: found.append(text % values))
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "interface.json"


def test_a_change_is_saved_soon_and_read_at_the_next_start(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preferences, "SECONDS_UNTIL_SAVED", 0.001)
    first = PreferencesFile(file).load()
    first.theme = "nord"
    written = threading.Event()
    while not written.wait(0.01):
        if file.exists():
            written.set()
    assert PreferencesFile(file).load().theme == "nord"


def test_changes_wait_for_one_write_which_the_exit_does_not_miss(file: Path) -> None:
    first = PreferencesFile(file).load()
    first.theme, first.form = "nord", {"model": "cnn", "epochs": "7"}
    assert not file.exists()
    first.save()
    again = PreferencesFile(file).load()
    assert (again.theme, again.form) == ("nord", {"model": "cnn", "epochs": "7"})


def test_nothing_is_written_without_a_change(file: Path) -> None:
    PreferencesFile(file).load().save()
    assert not file.exists()


def test_two_processes_do_not_undo_each_others_changes(file: Path) -> None:
    one, other = PreferencesFile(file).load(), PreferencesFile(file).load()
    one.theme = "nord"
    one.save()
    other.view = "runs"
    other.save()
    assert (PreferencesFile(file).load().theme, PreferencesFile(file).load().view) == ("nord", "runs")


def test_fields_of_a_later_version_survive(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('{"theme": "nord", "hologram": [1, 2]}')
    now = PreferencesFile(file).load()
    now.theme = "gruvbox"
    now.save()
    assert json.loads(file.read_text()) == {"theme": "gruvbox", "hologram": [1, 2]}


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe", b"[" * 200_000, b" " * (preferences.MAX_BYTES + 1)])
def test_a_damaged_file_gives_defaults_and_is_kept(file: Path, content: bytes, warnings: list[str]) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    found = PreferencesFile(file).load()
    assert found.model_dump() == Preferences().model_dump()
    assert file.with_name("interface.json.bak").read_bytes() == content
    found.theme = "nord"
    found.save()
    assert PreferencesFile(file).load().theme == "nord"
    assert len(warnings) == 1


def test_an_invalid_field_loses_only_itself(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('{"theme": "nord", "notifications": "fanfare", "form": {"epochs": 3}, "image_size": -1}')
    found = PreferencesFile(file).load()
    assert (found.theme, found.notifications, found.form, found.image_size) == ("nord", "bell", {}, 0)


def test_without_a_writable_home_the_preferences_last_until_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warnings: list[str]
) -> None:
    (tmp_path / "home").write_text("a file, not a folder")
    found = stored_preferences()
    for theme in ("nord", "gruvbox"):
        found.theme = theme
        found.save()
    assert found.theme == "gruvbox"
    assert len([warning for warning in warnings if "can't be saved" in warning]) == 1


def test_a_home_that_does_not_exist_gives_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FMNIST_TUI_HOME", "~nobody-of-that-name/x")
    found = stored_preferences()
    found.theme = "nord"
    found.save()
    assert found.theme == "nord"
