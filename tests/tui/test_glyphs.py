"""ASCII in place of other characters."""

import pytest
import tour
from rich.cells import cell_len
from workbench import Bench, without_form, without_train_view

from fmnist_tui.half_blocks import RAMP
from fmnist_tui.tui.glyphs import ascii_text

pytestmark = pytest.mark.drawn


@pytest.fixture
def in_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FMNIST_TUI_ASCII", "1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("╭─ loss ━━╮", "+- loss ==+"),
        ("│┃║├┤┬┴┼╬", "|||++++++"),
        ("86.2 % – 94.0 %", "86.2 % - 94.0 %"),
        ("✓ 3×3 ✗", "+ 3x3 x"),
        ("a long n…", "a long n~"),
        ("████▌", "####|"),
        ("Zoë, ﬁve ½", "Zoe, ?ve ?"),
        ("宽 é", "?? e"),
    ],
)
def test_a_text_gets_the_characters_that_look_most_like_its_own(text: str, expected: str) -> None:
    assert ascii_text(text) == expected


def test_braille_lines_keep_their_slope() -> None:
    assert ascii_text("⠉⠒⣀⡰⠎⢆⠱⡇⠀") == "'-_//\\\\| "


def test_every_character_keeps_its_columns() -> None:
    for code in (*range(0x20, 0x3400), *range(0xFE00, 0x10000), *range(0x1F300, 0x1FB00)):
        if not 0xD800 <= code < 0xE000:
            text = ascii_text(chr(code))
            assert text.isascii(), hex(code)
            assert cell_len(text) == cell_len(chr(code)), hex(code)


@pytest.mark.exhaustive
async def test_every_screen_is_drawn_in_ascii_where_the_terminal_has_nothing_else(in_ascii: None, bench: Bench) -> None:
    await tour.prepare(bench)
    for name, stop in tour.STOPS.items():
        await stop(bench)
        await bench.rest()
        text = bench.text()
        assert not {character for character in text if not character.isascii()}, name
        assert text.strip()
        while len(bench.app.screen_stack) > 1:
            bench.app.pop_screen()
        await bench.pilot.pause()


@without_train_view
async def test_images_are_drawn_in_characters_in_ascii(in_ascii: None, bench: Bench) -> None:
    await tour.prepare(bench)
    await tour.STOPS["neighbors"](bench)
    # Half blocks would have become dashes.
    await bench.until(lambda: any(len(set(line) & set(RAMP)) > 4 for line in bench.text().splitlines()))


@without_form
async def test_the_curves_differ_in_ascii(in_ascii: None, bench: Bench) -> None:
    await bench.start(1, 2)
    await bench.until(lambda: "... train  -o- validation" in bench.text())
