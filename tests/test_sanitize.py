"""Foreign text is shown as one line without control characters."""

import json

import pytest

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import ascii_json, one_line, printable, quote

HOSTILE = "\x1b]0;title\x07\x1b[2J\r\nsecond\u202eline\x9b31m\udcff\0"


@pytest.mark.parametrize("make", [printable, one_line, quote, lambda text: UserError(text, text).line()])
def test_hostile_text_becomes_printable_and_encodable(make):
    shown = make(HOSTILE)
    assert shown.isprintable()
    shown.encode()
    assert "second" in shown


def test_printable_text_is_unchanged():
    assert printable("Größe [red] × – ½") == "Größe [red] × – ½"


def test_a_quote_is_cut_to_its_limit():
    assert quote("x" * 100, 10) == "'" + "x" * 9 + "…'"


def test_json_in_ascii_means_the_same_and_is_printable():
    text = json.dumps({"Größe": [HOSTILE.replace("\udcff", "\x7f"), "𝄞", 1.5]}, ensure_ascii=False, indent=1)
    safe = ascii_json(text)
    assert json.loads(safe) == json.loads(text)
    assert safe.isascii()
    assert safe.replace("\n", "").isprintable()


def test_foreign_text_is_one_line_without_control_characters() -> None:
    assert one_line("a\nb\tc\x1b[31md\x07") == "a b c [31md"
