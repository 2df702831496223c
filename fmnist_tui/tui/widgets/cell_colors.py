"""The colors of a confusion matrix's cells."""

from textual.color import Color
from textual.widget import Widget

from fmnist_tui import scales

HEAT_CLASSES = {"heat--right", "heat--wrong"}
"""The component classes of a widget with such cells: their backgrounds are the colors at full strength."""


def cell_colors(widget: Widget, share: float, *, is_correct: bool) -> tuple[Color, Color]:
    """Return the background and the text color of a cell.

    Args:
        widget: The widget that shows the cell; it has the component classes `HEAT_CLASSES`.
        share: The share of its row's images that are in the cell.
        is_correct: Whether these are predicted correctly.
    """
    full = widget.get_component_styles("heat--right" if is_correct else "heat--wrong").background
    background = widget.background_colors[1].blend(full, scales.heat(share, is_correct=is_correct))
    return background, background.get_contrast_text(0.95)
