"""The user's keymap: what is valid applies, and every other line is reported."""

from pathlib import Path

import pytest

from fmnist_tui.keymap.table import ACTIONS, BY_ID
from fmnist_tui.keymap.user_keymap import UserKeymap, read_keymap


def keymap_of(folder: Path, text: str) -> UserKeymap:
    file = folder / "keymap.toml"
    file.write_text(text, encoding="utf-8")
    return read_keymap(file)


def problem_of(folder: Path, text: str) -> str:
    (problem,) = keymap_of(folder, text).problems
    return problem.line()


def test_without_a_file_the_keys_are_those_of_the_table(tmp_path: Path) -> None:
    keymap = read_keymap(tmp_path / "none.toml")
    assert keymap == UserKeymap()
    assert all(keymap.keys(action) == action.keys for action in ACTIONS)
    assert keymap.overrides() == {}


@pytest.mark.parametrize("line", ['"train.start" = "z, F5"', 'train.start = ["z", "f5"]', '[train]\nstart = "z,f5"'])
def test_an_action_gets_other_keys(line: str, tmp_path: Path) -> None:
    keymap = keymap_of(tmp_path, line)
    assert not keymap.problems
    assert keymap.keys(BY_ID["train.start"]) == ("z", "f5")
    assert keymap.overrides()["train.start"] == "z,f5"
    assert keymap.overrides()["train.stop"] == "x", "the others of the scope keep theirs"


def test_pause_and_continue_keep_one_key(tmp_path: Path) -> None:
    keymap = keymap_of(tmp_path, '"train.pause" = "z"')
    assert keymap.keys(BY_ID["train.continue"]) == ("z",)


def test_two_actions_can_swap_their_keys(tmp_path: Path) -> None:
    keymap = keymap_of(tmp_path, '"train.pause" = "x"\n"train.stop" = "p"')
    assert not keymap.problems


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"train.start" = s', "keymap.toml' can't be read: Invalid value (at line 1, column 17). Fix the file."),
        ('"train.strt" = "s"', "names 'train.strt', which is no action. Did you mean train.start?."),
        ('"train.start" = "ctl+s"', "train.start is on 'ctl+s' in the keymap, which is no key. Keys are named"),
        ('"train.start" = 5.5', "train.start is on '5.5'"),
        ('"train.start" = ""', "train.start has no key in the keymap. Name a key, or delete the line."),
        ('"train.start" = []', "train.start has no key in the keymap"),
        ('"app.quit" = ""', "app.quit has no key in the keymap; it must stay possible to quit"),
        ('"train.continue" = "z"', "train.continue has the keys of train.pause. Set train.pause in the keymap."),
        ('"train.stop" = "p"', "train.stop and train.pause are both on p. Give one of them another key"),
        ('"train.stop" = "z"\n"train.pause" = "z"', "train.pause and train.stop are both on z"),
        ('"train.stop" = "q, ctrl+c"', "train.stop takes the last key of app.quit"),
    ],
)
def test_a_line_that_cannot_be_used_is_reported_in_one_line(text: str, words: str, tmp_path: Path) -> None:
    line = problem_of(tmp_path, text)
    assert words in line
    assert "\n" not in line


def test_the_valid_rest_applies(tmp_path: Path) -> None:
    keymap = keymap_of(tmp_path, '"train.stop" = "p"\n"train.strt" = "s"\n"train.copy" = "Y"')
    assert len(keymap.problems) == 2
    assert keymap.changes == {"train.copy": ("Y",)}


def test_a_file_that_is_not_text_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "keymap.toml"
    file.write_bytes(b"\xff\xfe")
    (problem,) = read_keymap(file).problems
    assert "can't be read" in problem.line()
