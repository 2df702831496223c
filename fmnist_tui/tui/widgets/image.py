"""Draw 28×28 images in a widget's colors."""

from collections.abc import Callable
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from textual.app import App
from textual.color import Color
from textual.widget import Widget

from fmnist_tui.data.image_types import GrayImage
from fmnist_tui.datasets import SIDE
from fmnist_tui.half_blocks import Rows, full_blocks, half_blocks, ramp
from fmnist_tui.tui.glyphs import ASCII_FILTER

WIDTH, HEIGHT = SIDE, SIDE // 2
"""In columns and lines, at two pixels to a character."""

SHADES = 64
"""More shades than an eye distinguishes, and few enough to cache a style for each pair of them."""

DrawImage = Callable[[GrayImage], Rows]


@cache
def _averaging(side: int) -> NDArray[np.float64]:
    """Return a matrix [side, SIDE] whose rows average the pixels that a larger pixel covers."""
    edges = np.linspace(0.0, SIDE, side + 1)
    starts, ends = edges[:-1, None], edges[1:, None]
    pixels = np.arange(SIDE)
    covered = np.clip(np.minimum(ends, pixels + 1) - np.maximum(starts, pixels), 0.0, 1.0)
    return np.asarray(covered / covered.sum(axis=1, keepdims=True))


def resized(image: GrayImage, side: int) -> GrayImage:
    """Return an image with fewer pixels, each the mean of those that it covers."""
    if side == SIDE:
        return image
    weights = _averaging(side)
    return np.rint(weights @ image @ weights.T).astype(np.uint8)


def has_few_colors(app: App[object]) -> bool:
    """Return whether images must be drawn in characters: without blocks, with 16 colors or none, or in ANSI themes.

    ANSI themes have the terminal's own colors, which are not known, so they cannot be blended.
    """
    if ASCII_FILTER in app.get_line_filters():
        return True
    return app.no_color or app.native_ansi_color or app.console.color_system in (None, "standard")


def image_drawer(widget: Widget, component: str, *, is_large: bool = False) -> DrawImage:
    """Return a function that draws images between the two colors of a component class.

    Args:
        widget: The widget that shows them.
        component: The component class: its background is the color of 0, its text color that of 255.
        is_large: Whether a pixel takes two characters; without enough colors it never does.
    """
    if has_few_colors(widget.app):
        characters = ramp(widget.get_visual_style(component).rich_style)
        return lambda image: characters(image / 256)
    styles = widget.get_component_styles(component)
    return _block_drawer(styles.background, styles.color, is_large=is_large)


@lru_cache(maxsize=8)
def _block_drawer(dark: Color, bright: Color, *, is_large: bool) -> DrawImage:
    """Return a function that draws images in blocks; cached, because it caches its styles itself."""
    blocks = (full_blocks if is_large else half_blocks)(lambda level: dark.blend(bright, level / (SHADES - 1)).hex6)
    return lambda image: blocks((image.astype(np.int64) * (SHADES - 1) + 127) // 255)
