"""`fmnist-tui keys`."""

import json
from pathlib import Path

import pytest
from commands import main

from fmnist_tui.keymap.table import ACTIONS


def write_keymap(home: Path, text: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "keymap.toml").write_text(text)


def test_every_action_is_listed_with_its_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("keys") == 0
    lines = capsys.readouterr().out.splitlines()
    for action in ACTIONS:
        assert sum(action.id in line.split() for line in lines) == 1
    assert "  s, ctrl+s        train.start           Train with the values in the form" in lines


def test_the_users_keys_are_marked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_keymap(home, '"train.start" = "z"')
    assert main("keys") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "* z                train.start           Train with the values in the form" in lines
    assert lines[-1] == f"* from {home / 'keymap.toml'}"
    assert main("keys", "--json") == 0
    actions = map(json.loads, capsys.readouterr().out.splitlines())
    (start,) = [action for action in actions if action["id"] == "train.start"]
    assert start["keys"] == ["z"]
    assert start["changed"] is True


def test_a_line_that_cannot_be_used_is_an_error(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_keymap(home, '"train.strt" = "z"\n"train.copy" = "Y"')
    assert main("keys") == 1
    output = capsys.readouterr()
    assert "* Y" in output.out
    assert "Did you mean train.start?" in output.err


def test_the_schema_describes_every_action_that_may_be_changed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("keys", "--schema") == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["properties"]["train.start"]["default"] == "s, ctrl+s"
    assert "train.continue" not in schema["properties"]
    assert schema["additionalProperties"] is False
