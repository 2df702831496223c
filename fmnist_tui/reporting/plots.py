"""Curves over the epochs as SVG, for the HTML report."""

from collections.abc import Mapping
from dataclasses import dataclass

from fmnist_tui.plot_axes import Points, is_drawable, limits, share_ticks, ticks

WIDTH, HEIGHT = 460.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, WIDTH - 14.0, 14.0, HEIGHT - 24.0
FRAME = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": RIGHT, "top": TOP, "bottom": BOTTOM}
"""The size of a drawing, and the edges of the frame that its curves are in."""

MAX_MARKS = 8


Marks = tuple[tuple[float, str], ...]
"""Positions on an axis with their labels."""


@dataclass(frozen=True, slots=True)
class Line:
    """A curve in units of the drawing.

    Attributes:
        name: What it shows.
        points: In the notation of SVG; the first ones may lie above or below the frame.
        end: Its last point, drawn as a dot so that a curve of one point is visible.
    """

    name: str
    points: str
    end: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot in units of the drawing.

    Attributes:
        across: Marks of the x axis.
        up: Marks of the y axis.
    """

    title: str
    lines: tuple[Line, ...]
    across: Marks
    up: Marks


def plot(title: str, lines: Mapping[str, Points], *, is_share: bool) -> Plot | None:
    """Return the plot of some lines; None if there is nothing to draw.

    Args:
        title: The title.
        lines: Points (epochs, y) by the line's name; points that no axis can show are left out.
        is_share: Whether y is a share, labeled in percent.
    """
    drawable = {name: [point for point in points if is_drawable(point[1])] for name, points in lines.items()}
    everything = [point for points in drawable.values() for point in points]
    if not everything:
        return None
    latest = max(x for x, _y in everything)
    reach = max(latest, 1.0)
    low, high = limits([everything], latest)

    def across(x: float) -> float:
        return LEFT + x / reach * (RIGHT - LEFT)

    def up(y: float) -> float:
        return BOTTOM - (y - low) / (high - low) * (BOTTOM - TOP)

    drawn = [(name, [(across(x), up(y)) for x, y in points]) for name, points in drawable.items() if points]
    y_ticks = (share_ticks if is_share else ticks)(low, high, MAX_MARKS)
    return Plot(
        title,
        tuple(Line(name, " ".join(f"{x:.1f},{y:.1f}" for x, y in places), places[-1]) for name, places in drawn),
        tuple((across(x), text) for x, text in ticks(0.0, reach, MAX_MARKS, smallest=1.0).items()),
        tuple((up(y), text) for y, text in y_ticks.items()),
    )
