"""Draw arrays as text: two pixels to a character, two characters to a pixel, or characters of a ramp without colors."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style

RAMP = " .:-=+*#%@"
"""From the empty background to the brightest pixel."""

Rows = list[list[Segment]]
"""The segments of each line of text."""

ColorMap = Callable[[int], str]
"""Return the color of a level, such as "#8090a0"."""

Levels = NDArray[np.int64] | NDArray[np.uint8]
"""[height, width], few different values: the drawing functions cache a style for each pair that they meet."""


def half_blocks(color: ColorMap) -> Callable[[Levels], Rows]:
    """Return a function that draws each pixel as half a character; an odd last row gets a row of level 0 below it."""
    hue = cache(color)

    @cache
    def style(upper: int, lower: int) -> Style:
        return Style(color=hue(upper), bgcolor=hue(lower))

    def draw(levels: Levels) -> Rows:
        rows = levels.tolist()
        if len(rows) % 2:
            rows.append([0] * len(rows[0]))
        return [
            [Segment("▀", style(upper, lower)) for upper, lower in zip(*pair, strict=True)]
            for pair in zip(rows[::2], rows[1::2], strict=True)
        ]

    return draw


def full_blocks(color: ColorMap) -> Callable[[Levels], Rows]:
    """Return a function that draws each pixel as two characters."""

    @cache
    def pixel(level: int) -> Segment:
        return Segment("  ", Style(bgcolor=color(level)))

    return lambda levels: [[pixel(level) for level in row] for row in levels.tolist()]


def ramp(style: Style) -> Callable[[NDArray[np.floating]], Rows]:
    """Return a function that draws values from 0 to 1 without colors: a character is the mean of two pixels."""

    def draw(values: NDArray[np.floating]) -> Rows:
        tall, wide = values.shape
        padded = np.zeros((tall + tall % 2, wide))
        padded[:tall] = values
        means = padded.reshape(-1, 2, wide).mean(axis=1)
        places = np.minimum(len(RAMP) - 1, (means * len(RAMP)).astype(np.int64)).tolist()
        return [[Segment("".join(RAMP[place] for place in line), style)] for line in places]

    return draw
