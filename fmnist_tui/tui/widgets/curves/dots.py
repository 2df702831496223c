"""A grid of dots, two by four to a character, on which the lines of several curves are drawn."""

from fmnist_tui.tui.glyphs import BRAILLE_COLUMNS, braille_shape

BLANK = 0x2800
"""The braille character without dots."""

Dot = tuple[int, int]
"""Column and row, from the upper left."""

UPPER, LOWER = 0x1B, 0xE4
"""The bits of the two upper and the two lower rows of a character."""

NOBODY = 255


class Dots:
    """The dots of all curves. A character has the color of the curve that was drawn last in it.

    Args:
        width: In characters.
        height: In characters.
        is_ascii: Whether a character shows the dots of that curve only: ASCII has no characters for more.

    Attributes:
        rows: The bits of each character, line by line.
        owners: The number of the curve that was drawn last in each character; `NOBODY` if there is none.
    """

    def __init__(self, width: int, height: int, *, is_ascii: bool = False) -> None:
        self.rows = [bytearray(width) for _ in range(height)]
        self.owners = [bytearray([NOBODY]) * width for _ in range(height)]
        self._is_ascii = is_ascii

    def draw_line(self, start: Dot, end: Dot, owner: int, *, is_dotted: bool = False) -> None:
        """Draw a line between two dots of the grid.

        Args:
            start: Its first dot.
            end: Its last dot.
            owner: The number of the curve.
            is_dotted: Whether every third column of dots stays empty, which distinguishes a curve without colors.
        """
        (x, y), (to_x, to_y) = start, end
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        for step in range(steps + 1):
            column, row = x + round((to_x - x) * step / steps), y + round((to_y - y) * step / steps)
            if not (is_dotted and column % 3 == 2):
                self.draw_dot(column, row, owner)

    def draw_dot(self, column: int, row: int, owner: int) -> None:
        """Draw one dot of a curve."""
        line, character = row >> 2, column >> 1
        owners = self.owners[line]
        if owners[character] != owner:
            owners[character] = owner
            if self._is_ascii:
                self.rows[line][character] = 0
        self.rows[line][character] |= BRAILLE_COLUMNS[column & 1][row & 3]


def braille(bits: int) -> str:
    """Return the character of some dots."""
    return chr(BLANK | bits)


def ascii_points(bits: int) -> str:
    """Return points at the height of some dots, in ASCII."""
    return ":" if bits & UPPER and bits & LOWER else "'" if bits & UPPER else "."


def ascii_line(bits: int) -> str:
    """Return the ASCII character that looks most like some dots."""
    return braille_shape(bits)
