"""The interface's start where it can't be: one line, and the terminal as it was."""

from pathlib import Path

import pytest
from terminal import Terminal


@pytest.mark.parametrize("kind", ["no such user", "file", "too long"])
def test_a_home_that_can_not_be_used_is_one_line_on_the_terminal(tmp_path: Path, kind: str) -> None:
    (tmp_path / "file").touch()
    home = {"no such user": Path("~nouser"), "file": tmp_path / "file", "too long": tmp_path / ("n" * 300)}[kind]
    terminal = Terminal(home)
    assert terminal.wait_for_end() == 1
    assert terminal.raw.startswith(b"fmnist-tui: FMNIST_TUI_HOME is ")
    assert terminal.raw.count(b"\n") == 1
