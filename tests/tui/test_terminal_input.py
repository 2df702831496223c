"""Bytes from a terminal are parsed into typed keys and pasted text."""

import pytest
from textual import events

from fmnist_tui.tui.terminal_input import TerminalInputParser

START, END = "\x1b[200~", "\x1b[201~"


def parsed(*reads: str) -> list[str]:
    """Return the names of keys and the pasted texts."""
    parser = TerminalInputParser()
    messages = [message for read in reads for message in parser.feed(read)]
    return [message.key if isinstance(message, events.Key) else message.text for message in messages]  # type: ignore[attr-defined]


@pytest.mark.parametrize("character", ["s", "S", "f", "b", "1", "=", "?", " ", ":"])
def test_escape_and_a_character_in_one_read_are_two_keys(character: str) -> None:
    assert parsed(f"\x1b{character}") == ["escape", *parsed(character)]
    assert parsed(f"\x1b\x1b{character}x") == ["escape", "escape", *parsed(character), "x"]


def test_a_terminals_sequence_is_one_key() -> None:
    assert parsed("\x1b[A\x1bOP\x1b[1;5C\x1b[3~\x1b", "[B") == ["up", "f1", "ctrl+right", "delete", "down"]


@pytest.mark.parametrize(
    "reads",
    [
        (f"x{START}a\x1bq\x1b[Ab\r{END}y",),
        ("x\x1b[2", "00~a\x1b", "q\x1b[", "A", "b\r\x1b[20", "1~y"),
        tuple(f"x{START}a\x1bq\x1b[Ab\r{END}y"),
    ],
    ids=["one read", "several reads", "a read each"],
)
def test_an_escape_character_in_pasted_text_begins_no_key(reads: tuple[str, ...]) -> None:
    assert parsed(*reads) == ["x", "aq[Ab\r", "y"]


def test_a_sequence_similar_to_the_end_of_a_paste_is_part_of_it() -> None:
    assert parsed(f"{START}a\x1b[20", f"2~b{END}", "q") == ["a[202~b", "q"]


def test_pastes_that_follow_each_other_stay_apart() -> None:
    assert parsed(f"{START}a{END}{START}{END}", f"{START}b{END}") == ["a", "", "b"]
