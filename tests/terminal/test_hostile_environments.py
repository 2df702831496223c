"""The interface in environments where it cannot start: one line, and the terminal restored."""

from pathlib import Path

import pytest
from terminal import Terminal


@pytest.mark.parametrize("kind", ["no such user", "file", "too long"])
def test_an_unusable_home_is_one_line_on_the_terminal(tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").touch()
    home = {"no such user": Path("~nouser"), "file": tmp_path / "file", "too long": tmp_path / ("n" * 300)}[kind]
    terminal = Terminal(home)
    assert terminal.wait_for_end() == 1
    assert terminal.raw.startswith(b"fmnist-tui: FMNIST_TUI_HOME is ")
    assert terminal.raw.count(b"\n") == 1


@pytest.mark.parametrize("variable", ["COLUMNS", "LINES"])
def test_an_impossible_terminal_size_is_a_one_line_error(
    home: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1000000")
    terminal = Terminal(home)
    assert terminal.wait_for_end() == 1
    assert f"{variable} is '1000000'" in terminal.raw.decode()


@pytest.mark.parametrize("environment", [{"COLUMNS": "0"}, {"COLUMNS": "1"}, {"PYTHONIOENCODING": "ascii"}])
def test_the_interface_starts_and_ends_at_any_width_and_in_any_encoding(
    home: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal(home, "--data", "demo")
    terminal.child.expect_exact("\x1b[?1049h")
    terminal.press("q")
    assert terminal.wait_for_end() == 0
    assert b"Traceback" not in terminal.raw
