"""ASCII in place of other characters, for terminals that can't show them.

Widgets write Unicode only. Textual applies the filter to every line of every widget, also to its own borders, scroll
bars and check boxes, so nothing can be forgotten. Each character is replaced by as many as it has columns.
"""

import unicodedata
from functools import cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.widget import Widget

UNKNOWN = "?"

GLYPHS = str.maketrans(
    {
        **dict.fromkeys("–—−‒⎯", "-"),
        **dict.fromkeys("·•‣◦▪∙", "-"),
        **dict.fromkeys("…", "~"),
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("‘’", "'"),
        **dict.fromkeys("×✗✕✖", "x"),
        **dict.fromkeys("✓✔", "+"),
        **dict.fromkeys("÷", "/"),
        **dict.fromkeys("±", "~"),
        **dict.fromkeys("≈", "~"),
        **dict.fromkeys("←◀◂◄‹«", "<"),
        **dict.fromkeys("→▶▸►›»", ">"),
        **dict.fromkeys("↑▲▴⇧", "^"),
        **dict.fromkeys("↓▼▾", "v"),
        **dict.fromkeys("⏎↵⌫", "<"),
        **dict.fromkeys("△⚠", "!"),
        **dict.fromkeys("★☆⭑", "*"),
        **dict.fromkeys("●⬤◉⭘", "o"),
        **dict.fromkeys("○◌◯", "."),
        **dict.fromkeys("■◆", "#"),
        **dict.fromkeys("□◇", "."),
        **dict.fromkeys("█▇▆▅▙▛▜▟▓", "#"),
        **dict.fromkeys("▒░", ":"),
        **dict.fromkeys("▏▎▍▌▋▊▉▐▕", "|"),
        **dict.fromkeys("▁▂▃▄▖▗", "_"),
        **dict.fromkeys("▀▔▘▝", "-"),
        **dict.fromkeys("╱", "/"),
        **dict.fromkeys("╲", "\\"),
        **dict.fromkeys("‖", "|"),
        **dict.fromkeys("╳", "X"),
    }
)
"""Characters whose shape no rule below finds."""

BRAILLE_COLUMNS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The bit of the dot at [column][row] of a braille character."""


def ascii_text(text: str) -> str:
    """Return a text in ASCII that has as many columns."""
    return text if text.isascii() else "".join(map(_ascii, text))


@cache
def _ascii(character: str) -> str:
    if character.isascii():
        return character
    known = character.translate(GLYPHS)
    if not known.isascii():
        code = ord(character)
        if 0x2500 <= code <= 0x257F:
            known = _box_drawing(unicodedata.name(character))
        elif 0x2800 <= code <= 0x28FF:
            known = braille_shape(code & 0xFF)
        else:
            known = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    width = cell_len(character)
    return known if len(known) == width else UNKNOWN * width


def _box_drawing(name: str) -> str:
    """Return "-", "|", "=" or, where lines meet, "+"."""
    words = set(name.split())
    is_horizontal = bool(words & {"HORIZONTAL", "LEFT", "RIGHT"})
    is_vertical = bool(words & {"VERTICAL", "UP", "DOWN"})
    if is_horizontal and is_vertical:
        return "+"
    if is_vertical:
        return "|"
    return "=" if words & {"HEAVY", "DOUBLE"} and "DASH" not in words else "-"


@cache
def braille_shape(bits: int) -> str:
    """Return the ASCII character that looks most like the dots of a braille character."""
    left, right = ([row for row, bit in enumerate(column) if bits & bit] for column in BRAILLE_COLUMNS)
    rows = left + right
    if not rows:
        return " "
    if max(rows) - min(rows) >= 2:
        if left and right and sum(left) * len(right) != sum(right) * len(left):
            return "/" if sum(left) * len(right) > sum(right) * len(left) else "\\"
        return "|"
    middle = sum(rows) / len(rows)
    return "'" if middle < 1 else "_" if middle > 2.5 else "-"


class AsciiFilter(LineFilter):
    """Replaces all characters that are not ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(ascii_text(text), style, control) for text, style, control in segments]


ASCII_FILTER = AsciiFilter()
"""The filter of an app whose terminal has only ASCII."""


def is_ascii(widget: Widget) -> bool:
    """Return whether a widget is shown in ASCII, so that it can choose better characters than the filter would."""
    return ASCII_FILTER in widget.get_line_filters()
