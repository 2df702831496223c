"""Names of keys agree with Textual's."""

import pytest
from textual.keys import _character_to_key

from fmnist_tui.keymap.key_names import CHARACTERS, displayed, key_named
from fmnist_tui.keymap.table import ACTIONS


@pytest.mark.parametrize("character", [chr(code) for code in range(33, 127)])
def test_a_character_is_named_as_textual_names_it(character: str) -> None:
    name = key_named(character)
    assert name == _character_to_key(character)
    assert displayed(name) == character


@pytest.mark.parametrize("key", sorted({key for action in ACTIONS for key in action.keys}))
def test_every_key_of_the_table_has_a_name_that_users_can_write(key: str) -> None:
    assert key_named(key) == key
    if key.removeprefix("ctrl+") in CHARACTERS or "+" not in key:
        assert " " not in displayed(key)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ctrl+S", "ctrl+s"),
        ("Esc", "escape"),
        ("shift+F5", "shift+f5"),
        ("g g", "g g"),
        ("ctrl+question_mark", "ctrl+question_mark"),
        ("+", "plus"),
        ("ö", "ö"),
        ("", None),
        ("ctl+s", None),
        ("pgdown", None),
        ("g gg", None),
        ("\x1b", None),
    ],
)
def test_what_a_user_writes_is_read_as_a_key_or_rejected(text: str, name: str | None) -> None:
    assert key_named(text) == name
