"""Lines and bars as SVG, to be put into a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 460.0, 220.0
LEFT, BOTTOM, MARGIN = 46.0, 24.0, 8.0
MARKS = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on an axis with what is written there."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A frame with lines in it, in units of the drawing.

    Attributes:
        title: What is shown.
        lines: For each line its name and its points as SVG writes them.
        across: Marks of the x axis.
        up: Marks of the y axis.
    """

    title: str
    lines: tuple[tuple[str, str], ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]


def plot(title: str, lines: dict[str, Points], *, is_share: bool) -> Plot | None:
    """The plot of some lines; None where there is nothing to draw.

    Args:
        title: What is shown.
        lines: Points (x, y) by the line's name; what isn't finite is left out.
        is_share: Whether y is a share, written in per cent.
    """
    finite = {name: [point for point in points if isfinite(point[1])] for name, points in lines.items()}
    everything = [point for points in finite.values() for point in points]
    if not everything:
        return None
    (low_x, high_x), (low, high) = (_span([point[axis] for point in everything]) for axis in (0, 1))

    def across(x: float) -> float:
        return LEFT + (x - low_x) / (high_x - low_x) * (WIDTH - LEFT - MARGIN)

    def up(y: float) -> float:
        return HEIGHT - BOTTOM - (y - low) / (high - low) * (HEIGHT - BOTTOM - MARGIN)

    drawn = tuple(
        (name, " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points)) for name, points in finite.items() if points
    )
    xs = (low_x + (high_x - low_x) * step / MARKS for step in range(MARKS + 1))
    ys = (low + (high - low) * step / MARKS for step in range(MARKS + 1))
    return Plot(
        title,
        drawn,
        tuple(Mark(across(x), f"{x:.3g}") for x in xs),
        tuple(Mark(up(y), f"{y:.1%}" if is_share else f"{y:.3g}") for y in ys),
    )


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, low + 0.5)
