"""Draw points without lines, such as the accuracy of each trial over one of its values, as lines of text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import log10

from fmnist_tui.plot_axes import Point, Points, share_ticks, ticks
from fmnist_tui.tui.widgets.curves.dots import NOBODY, Dots, braille
from fmnist_tui.tui.widgets.curves.drawing import ABOVE, AXIS, BELOW, LABEL
from fmnist_tui.tui.widgets.curves.scale import Scale
from fmnist_tui.tui.widgets.styled_lines import Line, Part

MARGIN = 7
"""Columns of the labels and the axis, left of the points."""

COLUMNS_PER_TICK = 10

MIN_SIZE = (MARGIN + 8, 5)
"""Columns and lines, with the title and the x axis."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One point.

    Attributes:
        x: Its place on the x axis, in the axis's own terms.
        y: Its value; None for a point without one, which is drawn below all others.
        character: What it is drawn as.
        style: The component class that it is drawn in.
    """

    x: float
    y: float | None
    character: str
    style: str


@dataclass(frozen=True, slots=True)
class ScatterAxis:
    """An x axis.

    Attributes:
        low: Its lowest place.
        high: Its highest place.
        is_log: Whether places are logarithms to the base 10.
        is_whole: Whether only integers are labeled.
        names: The labels of the places 0, 1, … of an axis of separate values; empty for numbers.
    """

    low: float
    high: float
    is_log: bool = False
    is_whole: bool = False
    names: tuple[str, ...] = ()

    def place(self, value: float) -> float:
        """Return the place of a number."""
        return log10(value) if self.is_log else value

    def labels(self, max_ticks: int) -> Mapping[float, str]:
        """Return the places that have a label."""
        if self.names:
            return dict(enumerate(self.names))
        if self.is_log:
            return Scale(is_log=True).ticks(self.low, self.high, max_ticks)
        return ticks(self.low, self.high, max_ticks, 1.0 if self.is_whole else 0.0)


def value_limits(values: Sequence[float]) -> tuple[float, float]:
    """Return the ends of the y axis. It leaves out bad values that would hide the differences of the good ones."""
    if not values:
        return 0.0, 1.0
    ordered = sorted(values)
    best, quarter = ordered[-1], ordered[len(ordered) // 4]
    low = max(ordered[0], quarter - (best - quarter)) if best > quarter else ordered[0]
    margin = max((best - low) * 0.08, 1e-3)
    return low - margin, best + margin


def scatter(
    title: str,
    marks: Sequence[Mark],
    axis: ScatterAxis,
    limits: tuple[float, float],
    size: tuple[int, int],
    *,
    line: Points = (),
    line_style: str = "",
) -> list[Line]:
    """Return a title, the points and the axes.

    Args:
        title: What the x axis is.
        marks: The points; later ones cover earlier ones.
        axis: The x axis.
        limits: The ends of the y axis, whose values are shares.
        size: Columns and lines of the whole.
        line: Points of a line below the marks, which goes on at the same height up to the next point.
        line_style: The component class of that line.
    """
    width, height = size[0] - MARGIN, size[1] - 3
    if size[0] < MIN_SIZE[0] or size[1] < MIN_SIZE[1]:
        return []
    (low, high), across = limits, max(axis.high - axis.low, 1e-12)

    def column(x: float) -> int:
        return min(2 * width - 1, max(0, round((x - axis.low) / across * (2 * width - 1))))

    def row(y: float) -> int:
        return min(4 * height - 1, max(0, round((high - y) / (high - low) * (4 * height - 1))))

    dots = Dots(width, height)
    for first, second in pairwise(_stairs(line)):
        dots.draw_line((column(first[0]), row(first[1])), (column(second[0]), row(second[1])), 0)
    over: dict[tuple[int, int], Part] = {}
    for mark in marks:
        if mark.y is None:
            place, character = height - 1, mark.character
        else:
            place = row(mark.y) >> 2
            character = ABOVE if mark.y > high else BELOW if mark.y < low else mark.character
        over[place, column(mark.x) >> 1] = (character, mark.style)
    y_labels = {row(value) >> 2: text for value, text in share_ticks(low, high, max(2, height // 2)).items()}
    lines: list[Line] = [[(title[: size[0]], LABEL)]]
    for number in range(height):
        label = y_labels.get(number, "")
        axis_part: list[Part] = [(f"{label:>{MARGIN - 1}.{MARGIN - 1}}", LABEL), ("┤" if label else "│", AXIS)]
        cells = [
            over.get((number, x))
            or ((braille(dots.rows[number][x]), line_style) if dots.owners[number][x] != NOBODY else (" ", ""))
            for x in range(width)
        ]
        lines.append([*axis_part, *_joined(cells)])
    return [*lines, *_x_axis(axis, column, width)]


def _stairs(points: Points) -> list[Point]:
    """Return a line that goes on at the same height up to the next point."""
    found: list[Point] = []
    for point in points:
        if found:
            found.append((point[0], found[-1][1]))
        found.append(point)
    return found


def _joined(cells: Sequence[Part]) -> list[Part]:
    return [("".join(text for text, _style in run), style) for style, run in groupby(cells, lambda cell: cell[1])]


def _x_axis(axis: ScatterAxis, column: Callable[[float], int], width: int) -> list[Line]:
    """Return the axis with its ticks, and the line of labels below it, each of which leaves the next one room."""
    marked, text = set(), ""
    for place, label in sorted(axis.labels(max(2, width // COLUMNS_PER_TICK)).items()):
        middle = column(place) >> 1
        marked.add(middle)
        start = min(max(0, MARGIN + middle - (len(label) - 1) // 2), MARGIN + width - len(label))
        if start > len(text) or not text:
            text = text.ljust(start) + label
    line = "".join("┬" if x in marked else "─" for x in range(width))
    return [[(" " * (MARGIN - 1), ""), (f"└{line}", AXIS)], [(text[: MARGIN + width], LABEL)]]
