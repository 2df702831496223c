"""Curves over the epochs as SVG, to be put into a page."""

from dataclasses import dataclass

from fmnist_tui.axes import Points, is_drawable, limits, share_ticks, ticks

WIDTH, HEIGHT = 460.0, 220.0
LEFT, BOTTOM, MARGIN = 58.0, 24.0, 14.0
MAX_MARKS = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on an axis with what is written there."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A curve in units of the drawing.

    Attributes:
        name: Whose it is.
        points: As SVG writes them; the first ones may lie above or below the frame.
        end: Its last point, which shows a curve of a single one.
    """

    name: str
    points: str
    end: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plot:
    """A frame with lines in it, in units of the drawing.

    Attributes:
        title: What is shown.
        across: Marks of the x axis.
        up: Marks of the y axis.
    """

    title: str
    lines: tuple[Line, ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]


def plot(title: str, lines: dict[str, Points], *, is_share: bool) -> Plot | None:
    """The plot of some lines; None where there is nothing to draw.

    Args:
        title: What is shown.
        lines: Points (epochs, y) by the line's name; what has no place on an axis is left out.
        is_share: Whether y is a share, written in per cent.
    """
    drawable = {name: [point for point in points if is_drawable(point[1])] for name, points in lines.items()}
    everything = [point for points in drawable.values() for point in points]
    if not everything:
        return None
    latest = max(x for x, _y in everything)
    reach = max(latest, 1.0)
    low, high = limits(everything, (), latest)

    def across(x: float) -> float:
        return LEFT + x / reach * (WIDTH - LEFT - MARGIN)

    def up(y: float) -> float:
        return HEIGHT - BOTTOM - (y - low) / (high - low) * (HEIGHT - BOTTOM - MARGIN)

    drawn = [(name, [(across(x), up(y)) for x, y in points]) for name, points in drawable.items() if points]
    y_ticks = (share_ticks if is_share else ticks)(low, high, MAX_MARKS)
    return Plot(
        title,
        tuple(Line(name, " ".join(f"{x:.1f},{y:.1f}" for x, y in places), places[-1]) for name, places in drawn),
        tuple(Mark(across(x), text) for x, text in ticks(0.0, reach, MAX_MARKS, smallest=1.0).items()),
        tuple(Mark(up(y), text) for y, text in y_ticks.items()),
    )
