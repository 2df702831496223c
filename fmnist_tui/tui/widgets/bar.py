"""A share as a bar, to an eighth of a column."""

EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(share: float, width: int) -> str:
    """Return a bar for a share from 0 to 1, padded to `width` columns."""
    eighths = round(8 * width * max(0.0, min(1.0, share)))
    full, rest = divmod(eighths, 8)
    return f"{'█' * full}{EIGHTHS[rest] if rest else ''}".ljust(width)
