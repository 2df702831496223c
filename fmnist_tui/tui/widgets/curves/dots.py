"""A grid of dots, two by four to a character, on which lines are drawn."""

from fmnist_tui.tui.glyphs import BRAILLE_COLUMNS, braille_shape

BLANK = 0x2800
"""The braille character without dots."""

Dot = tuple[int, int]
"""Column and row, from the upper left."""

UPPER, LOWER = 0x1B, 0xE4
"""The bits of the two upper and the two lower rows of a character."""


class Dots:
    """The dots of one curve.

    Args:
        width: In characters.
        height: In characters.
        is_dotted: Whether every third column of dots stays empty, which distinguishes a curve without colors.
    """

    def __init__(self, width: int, height: int, *, is_dotted: bool = False) -> None:
        self.rows = [bytearray(width) for _ in range(height)]
        self._is_dotted = is_dotted

    def draw_line(self, start: Dot, end: Dot) -> None:
        """Draw a line between two dots of the grid."""
        (x, y), (to_x, to_y) = start, end
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        for step in range(steps + 1):
            column, row = x + round((to_x - x) * step / steps), y + round((to_y - y) * step / steps)
            if not (self._is_dotted and column % 3 == 2):
                self.rows[row >> 2][column >> 1] |= BRAILLE_COLUMNS[column & 1][row & 3]


def braille(train: int, validation: int) -> str:
    """Return the character of the dots of both curves."""
    return chr(BLANK | train | validation) if train | validation else " "


def ascii_character(train: int, validation: int) -> str:
    """Return an ASCII character: a line for validation, else points for train."""
    if validation:
        return braille_shape(validation)
    if not train:
        return " "
    return ":" if train & UPPER and train & LOWER else "'" if train & UPPER else "."
