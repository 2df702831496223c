"""The colors of a confusion matrix's cells."""

from textual.color import Color

from fmnist_tui import scales


def cell_colors(ground: Color, full: Color, share: float, *, is_correct: bool) -> tuple[Color, Color]:
    """Return the background and the text color of a cell.

    Args:
        ground: The color under the matrix.
        full: The color at full strength.
        share: The share of its row's images that are in the cell.
        is_correct: Whether these are predicted correctly.
    """
    background = ground.blend(full, scales.heat(share, is_correct=is_correct))
    return background, background.get_contrast_text(0.95)
