"""Lines drawn in braille dots: two by four to a character."""

BLANK = 0x2800
DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The bit of the dot at [column][row] of a character."""

Dot = tuple[int, int]
"""Column and row, from the upper left."""


class DotGrid:
    """A grid of braille characters, blank at first.

    Attributes:
        rows: The bits of each character.
    """

    def __init__(self, width: int, height: int) -> None:
        self.rows = [bytearray(width) for _ in range(height)]

    def draw_line(self, start: Dot, end: Dot) -> None:
        """Draw a line between two dots, which must lie in the grid."""
        (x, y), (to_x, to_y) = start, end
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        for step in range(steps + 1):
            self._set(x + round((to_x - x) * step / steps), y + round((to_y - y) * step / steps))

    def _set(self, x: int, y: int) -> None:
        self.rows[y >> 2][x >> 1] |= DOTS[x & 1][y & 3]
