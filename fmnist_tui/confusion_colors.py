"""The colors of a confusion matrix's cells."""


def heat(share: float, *, is_correct: bool) -> float:
    """Return the strength of the color, 0 to 1, of a confusion matrix's cell with `share` of its row's images.

    Errors have their full color at a quarter of the row: most cells hold far less.
    """
    return 0.15 + 0.45 * share if is_correct else 0.1 + 0.7 * min(1.0, 4 * share)
