"""Small images side by side: the weights of units, or images at half their size."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.cells import set_cell_size
from rich.segment import Segment
from textual.geometry import Size

from fmnist_tui.half_blocks import Rows, half_blocks, ramp
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.image import has_few_colors
from fmnist_tui.tui.widgets.line_widget import LineWidget

GAP, MAX_GAP = 2, 6
"""Columns between tiles; captions take what is left of a line up to the wider gap."""

LEVELS = 24
"""Shades on each side of zero."""

Values = NDArray[np.float32]
"""[height, width], from -1 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One image with a caption.

    Attributes:
        caption: Lines of text; empty for none.
        is_good: Whether the caption reports something good; None for neither good nor bad.
    """

    values: Values
    caption: str = ""
    is_good: bool | None = None


class TileGrid(LineWidget):
    """Tiles of one size, as many in a row as fit."""

    HELP = "Small images side by side."

    ALLOW_MAXIMIZE = True

    COMPONENT_CLASSES = {f"tile-grid--{part}" for part in ("nothing", "positive", "negative", "good", "bad", "caption")}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._tiles: Sequence[Tile] = ()

    def show(self, tiles: Sequence[Tile]) -> None:
        """Show tiles."""
        self._tiles = tiles
        self._drawn.clear()
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._draw(width))

    def draw_line(self, y: int) -> list[Segment]:
        rows = self._draw(self.size.width)
        return rows[y] if y < len(rows) else []

    def _draw(self, width: int) -> list[list[Segment]]:
        """Return all lines for a width, cached."""
        if width not in self._drawn:
            self._drawn = {width: self._lines(width)}
        return self._drawn[width]

    def _lines(self, width: int) -> list[list[Segment]]:
        if not self._tiles:
            return []
        tall, wide = self._tiles[0].values.shape
        columns = max(1, (width + GAP) // (wide + GAP))
        captions = max(len(tile.caption.splitlines()) for tile in self._tiles)
        space = max(GAP, min(MAX_GAP, width // columns - wide)) if captions else GAP
        gap = Segment(" " * space, self.style_of())
        lines: list[list[Segment]] = []
        draw = self._drawer()
        for start in range(0, len(self._tiles), columns):
            row = self._tiles[start : start + columns]
            images = [draw(tile.values) for tile in row]
            lines += [[part for image in images for part in (*image[line], gap)] for line in range((tall + 1) // 2)]
            lines += [[self._caption(tile, line, wide + space) for tile in row] for line in range(captions)]
        return lines

    def _caption(self, tile: Tile, line: int, width: int) -> Segment:
        text = "".join(tile.caption.splitlines()[line : line + 1])
        component = {True: "tile-grid--good", False: "tile-grid--bad", None: "tile-grid--caption"}[tile.is_good]
        return Segment(set_cell_size(set_cell_size(one_line(text), width - 1), width), self.style_of(component))

    def _drawer(self) -> Callable[[Values], Rows]:
        """Return a function that draws a tile's values, zero to one towards one color, zero to -1 towards another."""
        if has_few_colors(self.app):  # not enough to distinguish the signs of values
            characters = ramp(self.style_of())
            return lambda values: characters(np.abs(values))
        zero, positive, negative = (
            self.get_component_styles(f"tile-grid--{name}").background for name in ("nothing", "positive", "negative")
        )
        blocks = half_blocks(lambda level: zero.blend(positive if level > 0 else negative, abs(level) / LEVELS).hex6)
        return lambda values: blocks(np.rint(np.clip(values, -1.0, 1.0) * LEVELS).astype(np.int64))
