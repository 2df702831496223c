"""How strongly a cell of a confusion matrix is colored."""

from textual.color import Color


def heat(ground: Color, full: Color, share: float, *, is_correct: bool) -> tuple[Color, Color]:
    """Background and text color of a cell.

    Args:
        ground: What lies under the matrix.
        full: The color of a cell that is as hot as can be.
        share: Of the class's images, how many are in the cell.
        is_correct: Whether they are called what they are. What is wrong shows at a quarter of the share.
    """
    strength = 0.15 + 0.6 * share if is_correct else 0.1 + 0.8 * min(1.0, 4 * share)
    background = ground.blend(full, strength)
    return background, background.get_contrast_text(0.95)
