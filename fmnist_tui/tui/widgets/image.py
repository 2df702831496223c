"""A 28×28 image as 28 columns by 14 lines of text: two pixels to a character, or a ramp of signs without colors."""

from collections.abc import Callable
from functools import cache

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color

from fmnist_tui.data.images import GrayImage
from fmnist_tui.datasets import SIDE

WIDTH, HEIGHT = SIDE, SIDE // 2
"""In columns and lines."""

RAMP = " .:-=+*#%@"
"""From the empty background to the brightest pixel."""

SHADES = 64
"""So many are told apart: more than an eye does, few enough to keep a style for each pair that was drawn."""

Draw = Callable[[GrayImage], list[list[Segment]]]
"""From an image to the segments of each of its lines."""


def has_few_colors(app: App[object]) -> bool:
    """Return whether images must be drawn in signs: 16 colors or none, or a theme of the terminal's own colors.

    The program does not know what the terminal's own colors look like, so it cannot blend them.
    """
    return app.no_color or app.native_ansi_color or app.console.color_system in (None, "standard")


def in_half_blocks(dark: Color, bright: Color) -> Draw:
    """Draws exactly: each pixel is half a character, its brightness between two colors."""

    @cache
    def style(upper: int, lower: int) -> Style:
        return Style(color=shade(upper), bgcolor=shade(lower))

    @cache
    def shade(level: int) -> str:
        return dark.blend(bright, level / (SHADES - 1)).hex6

    def draw(picture: GrayImage) -> list[list[Segment]]:
        rows = _levels(picture)
        return [
            [Segment("▀", style(upper, lower)) for upper, lower in zip(rows[y], rows[y + 1], strict=True)]
            for y in range(0, SIDE, 2)
        ]

    return draw


def in_full_blocks(dark: Color, bright: Color) -> Draw:
    """Draws twice as large: each pixel is two characters, of its brightness between two colors."""

    @cache
    def pixel(level: int) -> Segment:
        return Segment("  ", Style(bgcolor=dark.blend(bright, level / (SHADES - 1)).hex6))

    def draw(picture: GrayImage) -> list[list[Segment]]:
        return [[pixel(level) for level in row] for row in _levels(picture)]

    return draw


def _levels(picture: GrayImage) -> list[list[int]]:
    """The shade of each pixel."""
    levels: list[list[int]] = ((picture.astype(np.int64) * (SHADES - 1) + 127) // 255).tolist()
    return levels


def in_signs(style: Style) -> Draw:
    """Draws where there are no colors: each sign is the mean of two pixels, one above the other."""

    def draw(picture: GrayImage) -> list[list[Segment]]:
        means = picture.reshape(HEIGHT, 2, SIDE).mean(axis=1)
        places = np.minimum(len(RAMP) - 1, (means * len(RAMP) / 256).astype(np.int64)).tolist()
        return [[Segment("".join(RAMP[place] for place in line), style)] for line in places]

    return draw
