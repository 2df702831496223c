"""Small pictures side by side: the weights of units, or images at half their size."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.image import RAMP, has_few_colors

GAP = 2
LEVELS = 24
"""Shades to each side of nothing."""

Values = NDArray[np.float32]
"""[height, width], from -1 to 1; 0 is nothing."""


Shade = Callable[[Values], list[list[Segment]]]
"""From a tile's values to the segments of each of its lines."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One picture with a caption.

    Attributes:
        caption: One line; empty for none.
        is_good: Whether the caption is a good word; None for neither.
    """

    values: Values
    caption: str = ""
    is_good: bool | None = None


class TileGrid(Widget):
    """As many tiles in a row as there is room for, all of one size."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {  # noqa: RUF012 - as Textual declares it
        "mosaic--nothing",
        "mosaic--positive",
        "mosaic--negative",
        "mosaic--good",
        "mosaic--bad",
        "mosaic--caption",
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._tiles: Sequence[Tile] = ()
        self._rows: list[list[Segment]] = []
        self._drawn_for: tuple[int, str] = (0, "")

    def show(self, tiles: Sequence[Tile]) -> None:
        """Shows other tiles."""
        self._tiles = tiles
        self._drawn_for = (0, "")
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._draw(width))

    def render(self) -> str:
        return ""  # what is drawn comes line by line

    def render_line(self, y: int) -> Strip:
        own = self.visual_style.rich_style
        rows = self._draw(self.size.width)
        return Strip(rows[y] if y < len(rows) else []).adjust_cell_length(self.size.width, own)

    def _draw(self, width: int) -> list[list[Segment]]:
        """All lines, for a widget so wide."""
        wanted = (width, self.app.theme)
        if wanted != self._drawn_for:
            self._drawn_for, self._rows = wanted, self._lines(width)
        return self._rows

    def _lines(self, width: int) -> list[list[Segment]]:
        if not self._tiles:
            return []
        tall, wide = self._tiles[0].values.shape
        columns = max(1, (width + GAP) // (wide + GAP))
        gap = Segment(" " * GAP, self.visual_style.rich_style)
        with_captions = any(tile.caption for tile in self._tiles)
        lines: list[list[Segment]] = []
        shade = self._shader()
        for start in range(0, len(self._tiles), columns):
            row = self._tiles[start : start + columns]
            pictures = [shade(tile.values) for tile in row]
            lines += [
                [part for picture in pictures for part in (*picture[line], gap)] for line in range((tall + 1) // 2)
            ]
            if with_captions:
                lines.append([part for tile in row for part in (self._caption(tile, wide), gap)])
        return lines

    def _caption(self, tile: Tile, width: int) -> Segment:
        look = {True: "mosaic--good", False: "mosaic--bad", None: "mosaic--caption"}[tile.is_good]
        return Segment(set_cell_size(one_line(tile.caption), width), self.get_visual_style(look).rich_style)

    def _shader(self) -> Shade:
        if has_few_colors(self.app):
            return in_signs(self.visual_style.rich_style)
        nothing = self.get_component_styles("mosaic--nothing").background
        return in_shades(
            nothing,
            self.get_component_styles("mosaic--positive").background,
            self.get_component_styles("mosaic--negative").background,
        )


def in_shades(nothing: Color, positive: Color, negative: Color) -> Shade:
    """Two values to a character: what is above zero towards one color, what is below towards another."""

    @cache
    def color(level: int) -> str:
        return nothing.blend(positive if level > 0 else negative, abs(level) / LEVELS).hex6

    @cache
    def style(upper: int, lower: int) -> Style:
        return Style(color=color(upper), bgcolor=color(lower))

    def shade(values: Values) -> list[list[Segment]]:
        levels = np.rint(np.clip(values, -1.0, 1.0) * LEVELS).astype(int).tolist()
        if len(levels) % 2:
            levels.append([0] * len(levels[0]))
        return [
            [Segment("▀", style(upper, lower)) for upper, lower in zip(*rows, strict=True)]
            for rows in zip(levels[::2], levels[1::2], strict=True)
        ]

    return shade


def in_signs(style: Style) -> Shade:
    """Return what draws how far from zero, where there are no colors to tell the sides of it apart."""

    def shade(values: Values) -> list[list[Segment]]:
        tall, wide = values.shape
        padded = np.zeros((tall + tall % 2, wide), np.float32)
        padded[:tall] = np.abs(values)
        means = padded.reshape(-1, 2, wide).mean(axis=1)
        places = np.minimum(len(RAMP) - 1, (means * len(RAMP)).astype(int)).tolist()
        return [[Segment("".join(RAMP[place] for place in line), style)] for line in places]

    return shade
