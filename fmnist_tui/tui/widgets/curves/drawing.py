"""Draw curves and axes as lines of text."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from math import ceil

from fmnist_tui.plot_axes import Point, Points, clipped, is_drawable, shown_epochs, ticks
from fmnist_tui.tui.widgets.curves.dots import Dot, Dots, ascii_character, braille
from fmnist_tui.tui.widgets.curves.plot_view import PlotView, Range, Span
from fmnist_tui.tui.widgets.curves.scale import Scale
from fmnist_tui.tui.widgets.styled_lines import Line, Part

TRAIN, VALIDATION, AXIS, LABEL, BEST, CURSOR, GAP = (
    f"curve--{name}" for name in ("train", "validation", "axis", "label", "best", "cursor", "gap")
)

MARKER, ABOVE, BELOW = "●", "▲", "▼"
"""A validation point in, above and below the range of the axis."""

BEST_MARK, GAP_MARK, CURSOR_LINE = "★", "×", "│"
"""The best epoch, a value that is not finite (on the axis), and the crosshair."""

AXIS_TITLE = "epoch"

MARKER_DISTANCE = 3
"""Columns from a marker to the next, at least: closer ones hide the line."""

MIN_TICKS = 4
"""Labels of the y axis; for fewer, a range often has only one round number."""

MARGIN = 8
"""Columns of the tick labels and the axis, left of the curves."""

Marks = dict[tuple[int, int], Part]
"""Characters over the curves, at (row, column), with their styles."""


@dataclass(frozen=True)
class Series:
    """What is plotted. A time of 2.5 epochs is the middle of the third epoch.

    Attributes:
        epochs: Number of epochs of the whole run.
        best: The epoch of the best checkpoint, with its value.
    """

    train: Points = ()
    validation: Points = ()
    epochs: int = 1
    best: Point | None = None

    @cached_property
    def latest(self) -> float:
        """The time of the newest point that can be drawn."""
        newest = (
            next((x for x, y in reversed(points) if is_drawable(y)), 0.0) for points in (self.train, self.validation)
        )
        return max(newest)

    @cached_property
    def reach(self) -> float:
        """The end of the full x axis."""
        return shown_epochs(self.latest, self.epochs)

    def span(self, view: PlotView) -> Span:
        """Return the ends of the x axis in a view."""
        return view.span(self.latest, self.reach)


def area(size: tuple[int, int]) -> tuple[int, int]:
    """Return the columns and lines for the curves in a plot of a size with one line of heading."""
    return size[0] - MARGIN - 1, size[1] - 3


def stops(series: Series, span: Span, width: int) -> list[float]:
    """Return the times at which the crosshair stops: one for each column with points, preferably validation points."""
    start, end = span
    found: dict[int, float] = {}
    for points in (series.train, series.validation):
        for x, y in points:
            if start <= x <= end and is_drawable(y):
                found[round((x - start) / (end - start) * (2 * width - 1)) >> 1] = x
    return sorted(found.values())


def time_at(column: int, span: Span, width: int) -> float:
    """Return the time at a column of the plot."""
    return span[0] + (2 * (column - MARGIN) + 0.5) / (2 * width - 1) * (span[1] - span[0])


def draw(series: Series, view: PlotView, scale: Scale, size: tuple[int, int], *, is_ascii: bool = False) -> list[Line]:
    """Return the lines below the heading; none if there is no room."""
    width, height = area(size)
    if width < 6 or height < 2:
        return []
    start, end = span = series.span(view)
    train, validation = (scale.positions(in_view(points, span)) for points in (series.train, series.validation))
    inside = [[point for point in points if start <= point[0] <= end] for points in (train, validation)]
    low, high = scale.limits(inside[0], inside[1], series.latest if view.range is Range.FULL else 0.0)

    def place(x: float, y: float) -> Dot:
        return (
            round((x - start) / (end - start) * (2 * width - 1)),
            round((high - y) / (high - low) * (4 * height - 1)),
        )

    dots = Dots(width, height, is_dotted=True), Dots(width, height)
    for canvas, points in zip(dots, (train, validation), strict=True):
        for first, second in lines_of(points, 2 * width):
            if (part := _inside(first, second, span, (low, high))) is not None:
                canvas.draw_line(place(*part[0]), place(*part[1]))
    shown = [point for point in inside[1] if is_drawable(point[1])]
    best = () if series.best is None else scale.positions([series.best])
    marks = {
        **_markers(shown, lambda x, y: place(x, min(max(y, low), high)), low, high),
        **{_cell(place(x, y)): (BEST_MARK, BEST) for x, y in best if start <= x <= end and low <= y <= high},
    }
    cursor = None
    if view.cursor is not None and start <= view.cursor <= end:
        cursor = place(view.cursor, high)[0] >> 1
    labels = {
        place(start, value)[1] >> 2: label
        for value, label in scale.ticks(low, high, max(MIN_TICKS, height // 2)).items()
    }
    character = ascii_character if is_ascii else braille
    lines: list[Line] = []
    for row in range(height):
        label = labels.get(row, "")
        axis: list[Part] = [(f"{label + ' ':>{MARGIN - 1}.{MARGIN - 1}}", LABEL), ("┤" if label else "│", AXIS)]
        over = {x: mark for (y, x), mark in marks.items() if y == row}
        lines.append(axis + _cells(dots[0].rows[row], dots[1].rows[row], over, cursor, character))
    x_ticks = ticks(start, end, max(2, width // 8), smallest=1.0 if end - start >= 2 else 0.0)
    gaps = {place(x, high)[0] >> 1 for points in (train, validation) for x, y in points if not is_drawable(y)}
    return [*lines, *_epoch_axis({place(x, high)[0] >> 1: text for x, text in x_ticks.items()}, gaps, cursor, width)]


def in_view(points: Points, span: Span) -> Points:
    """Return the points within a span, and one beyond each end, to which lines lead."""
    start, end = span
    inside = [place for place, (x, _y) in enumerate(points) if start <= x <= end]
    if not inside:
        before = sum(x < start for x, _y in points)
        return points[max(0, before - 1) : before + 1]
    return points[max(0, inside[0] - 1) : inside[-1] + 2]


def lines_of(points: Points, max_points: int) -> Iterator[tuple[Point, Point]]:
    """Return the lines between neighboring points, interrupted where values are not finite."""
    stride = max(1, ceil(len(points) / max_points))
    for is_finite, run in groupby(points, lambda point: is_drawable(point[1])):
        if is_finite:
            means = thinned(list(run), stride)
            yield from pairwise(means if len(means) > 1 else means * 2)


def thinned(points: Points, stride: int) -> list[Point]:
    """Return the means of each `stride` neighboring points."""
    groups = [points[start : start + stride] for start in range(0, len(points), stride)]
    return [(group[-1][0], sum(y for _x, y in group) / len(group)) for group in groups]


def _inside(start: Point, end: Point, span: Span, limits: tuple[float, float]) -> tuple[Point, Point] | None:
    """Return the part of a line within the plot; None if there is none."""
    (left, right), (low, high) = span, limits
    if left <= start[0] and end[0] <= right and low <= start[1] <= high and low <= end[1] <= high:
        return start, end
    if (part := clipped(start, end, *limits)) is None:
        return None
    (x, y), (to_x, to_y) = part
    turned = clipped((y, x), (to_y, to_x), *span)
    return None if turned is None else ((turned[0][1], turned[0][0]), (turned[1][1], turned[1][0]))


def _markers(points: Points, place: Callable[[float, float], Dot], low: float, high: float) -> Marks:
    """Return the markers of as many validation points as have room."""
    marks: Marks = {}
    last = -MARKER_DISTANCE
    for x, y in points:
        row, column = _cell(place(x, y))
        if column - last >= MARKER_DISTANCE or len(points) <= MARKER_DISTANCE:
            marks[row, column] = (ABOVE if y > high else BELOW if y < low else MARKER, VALIDATION)
            last = column
    return marks


def _cell(dot: Dot) -> tuple[int, int]:
    """Return row and column of the character that contains a dot."""
    return dot[1] >> 2, dot[0] >> 1


def _cells(
    train: bytearray,
    validation: bytearray,
    marks: Mapping[int, Part],
    cursor: int | None,
    character: Callable[[int, int], str],
) -> list[Part]:
    """Return one line of both curves; validation covers train where they meet, and both cover the crosshair."""
    used = [column for column, bits in enumerate(zip(train, validation, strict=True)) if any(bits)]
    used += [*marks, *(() if cursor is None else (cursor,))]
    if not used:
        return []
    first, last = min(used), max(used)
    cells: list[Part] = [(" " * first, "")]
    for column in range(first, last + 1):
        bits = train[column], validation[column]
        if column in marks:
            cells.append(marks[column])
        elif column == cursor and not any(bits):
            cells.append((CURSOR_LINE, CURSOR))
        else:
            cells.append((character(*bits), VALIDATION if bits[1] else TRAIN))
    return [("".join(text for text, _style in run), style) for style, run in groupby(cells, lambda cell: cell[1])]


def _epoch_axis(labels: dict[int, str], gaps: set[int], cursor: int | None, width: int) -> list[Line]:
    """Return the axis with its ticks, gaps and crosshair, and the line of labels below it."""
    line: list[Part] = [(" " * (MARGIN - 1), ""), ("└", AXIS)]
    cells = [
        (GAP_MARK, GAP) if x in gaps else ("┴", CURSOR) if x == cursor else ("┬" if x in labels and x else "─", AXIS)
        for x in range(width)
    ]
    line += [("".join(text for text, _style in run), style) for style, run in groupby(cells, lambda cell: cell[1])]
    text = AXIS_TITLE.ljust(MARGIN + width)
    for column, label in labels.items():
        middle = MARGIN + column if column else MARGIN - 1  # the first tick is the axis itself
        start = min(max(len(AXIS_TITLE) + 1, middle - (len(label) - 1) // 2), len(text) - len(label))
        text = text[:start] + label + text[start + len(label) :]
    return [line, [(text, LABEL)]]
