"""Draw curves and axes as lines of text."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from math import ceil

from fmnist_tui.plot_axes import Point, Points, clipped, is_drawable
from fmnist_tui.runs.curve_statistics import value_at
from fmnist_tui.tui.widgets.curves.dots import NOBODY, Dot, Dots, ascii_line, ascii_points, braille
from fmnist_tui.tui.widgets.curves.plot_view import PlotView, Range, Span
from fmnist_tui.tui.widgets.curves.scale import Scale
from fmnist_tui.tui.widgets.curves.series import Series, Trace
from fmnist_tui.tui.widgets.styled_lines import Line, Part

AXIS, LABEL, BEST, CURSOR, GAP = (f"curve--{name}" for name in ("axis", "label", "best", "cursor", "gap"))

ABOVE, BELOW = "▲", "▼"
"""A point above and below the range of the axis."""

BEST_MARK, GAP_MARK, CURSOR_LINE = "★", "×", "│"
"""The best epoch, a value that is not finite (on the axis), and the crosshair."""

MARKER_DISTANCE = 3
"""Columns from a marker to the next, at least: closer ones hide the line."""

MIN_TICKS = 4
"""Labels of the y axis; for fewer, a range often has only one round number."""

MARGIN = 8
"""Columns of the tick labels and the axis, left of the curves."""

Marks = dict[tuple[int, int], Part]
"""Characters over the curves, at (row, column), with their styles."""


def area(size: tuple[int, int], heading: int = 1) -> tuple[int, int]:
    """Return the columns and lines for the curves in a plot of a size with some lines of heading."""
    return size[0] - MARGIN - 1, size[1] - heading - 2


def stops(series: Series, span: Span, width: int) -> list[float]:
    """Return where the crosshair stops: once in each column with points, preferably at points of later curves."""
    start, end = span
    found: dict[int, float] = {}
    for trace in series.traces:
        for x, y in trace.points:
            if start <= x <= end and is_drawable(y):
                found[round((x - start) / (end - start) * (2 * width - 1)) >> 1] = x
    return sorted(found.values())


def time_at(column: int, span: Span, width: int) -> float:
    """Return the time at a column of the plot."""
    return span[0] + (2 * (column - MARGIN) + 0.5) / (2 * width - 1) * (span[1] - span[0])


def draw(
    series: Series, view: PlotView, scale: Scale, size: tuple[int, int], *, heading: int = 1, is_ascii: bool = False
) -> list[Line]:
    """Return the lines below the heading; none if there is no room."""
    width, height = area(size, heading)
    if width < 6 or height < 2:
        return []
    start, end = span = series.span(view)
    curves = [scale.positions(in_view(trace.points, span)) for trace in series.traces]
    inside = [[point for point in points if start <= point[0] <= end] for points in curves]
    low, high = scale.limits(inside, series.latest if view.range is Range.FULL else 0.0)

    def place(x: float, y: float) -> Dot:
        return (
            round((x - start) / (end - start) * (2 * width - 1)),
            round((high - y) / (high - low) * (4 * height - 1)),
        )

    dots = Dots(width, height, is_ascii=is_ascii)
    for number, trace in enumerate(series.traces):
        lower, upper = (scale.positions(points) for points in trace.band)
        if lower:
            _fill(dots, number, (lower, upper), (span, (low, high)), place)
    for number, (trace, points) in enumerate(zip(series.traces, curves, strict=True)):
        for first, second in lines_of(points, 2 * width):
            if (part := _inside(first, second, span, (low, high))) is not None:
                dots.draw_line(place(*part[0]), place(*part[1]), number, is_dotted=trace.is_dotted)
    marks: Marks = {}
    for trace, in_range, points in zip(series.traces, inside, curves, strict=True):
        shown = [point for point in in_range if is_drawable(point[1])]
        if trace.marker_columns is not None:
            shown = _spread(points, trace.marker_columns, span, width) or shown[-1:]
        marks |= _markers(trace, shown, lambda x, y: place(x, min(max(y, low), high)), (low, high), marks)
    best = () if series.best is None else scale.positions([series.best])
    marks |= {_cell(place(x, y)): (BEST_MARK, BEST) for x, y in best if start <= x <= end and low <= y <= high}
    cursor = None
    if view.cursor is not None and start <= view.cursor <= end:
        cursor = place(view.cursor, high)[0] >> 1
    labels = {
        place(start, value)[1] >> 2: label
        for value, label in scale.ticks(low, high, max(MIN_TICKS, height // 2)).items()
    }
    lines: list[Line] = []
    for row in range(height):
        label = labels.get(row, "")
        axis: list[Part] = [(f"{label + ' ':>{MARGIN - 1}.{MARGIN - 1}}", LABEL), ("┤" if label else "│", AXIS)]
        over = {x: mark for (y, x), mark in marks.items() if y == row}
        lines.append(axis + _cells(dots.rows[row], dots.owners[row], series.traces, over, cursor, is_ascii=is_ascii))
    x_ticks = series.axis.ticks(start, end, max(2, width // 8))
    gaps = {place(x, high)[0] >> 1 for points in curves for x, y in points if not is_drawable(y)}
    columns = {place(x, high)[0] >> 1: text for x, text in x_ticks.items()}
    return [*lines, *_x_axis(series.axis.title, columns, gaps, cursor, width)]


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


def _fill(
    dots: Dots,
    owner: int,
    band: tuple[Points, Points],
    box: tuple[Span, tuple[float, float]],
    place: Callable[[float, float], Dot],
) -> None:
    """Fill the range between two curves with sparse dots: one in each character."""
    (start, end), (low, high) = box
    columns = 2 * len(dots.rows[0])
    for column in range(0, columns, 2):
        x = start + column / (columns - 1) * (end - start)
        if not band[0][0][0] <= x <= band[0][-1][0]:
            continue
        bottom, top = sorted(value_at(points, x) for points in band)  # a logarithmic axis may turn them around
        if is_drawable(bottom) and is_drawable(top) and bottom <= high and top >= low:
            (_column, first), (_column, last) = place(x, min(top, high)), place(x, max(bottom, low))
            for row in range(first + (column - first) % 4, last + 1, 4):
                dots.draw_dot(column, row, owner)


def _spread(points: Points, columns: tuple[int, int], span: Span, width: int) -> list[Point]:
    """Return points of a curve in certain columns: the first one, and the distance from there to the next."""
    start, end = span
    found = []
    for column in range(columns[0], width, columns[1]):
        x = start + (2 * column + 0.5) / (2 * width - 1) * (end - start)
        if points and points[0][0] <= x <= points[-1][0] and is_drawable(y := value_at(points, x)):
            found.append((x, y))
    return found


def _markers(
    trace: Trace,
    points: Points,
    place: Callable[[float, float], Dot],
    limits: tuple[float, float],
    taken: Mapping[tuple[int, int], Part],
) -> Marks:
    """Return the markers of as many points of a curve as have room."""
    if not trace.marker:
        return {}
    marks: Marks = {}
    low, high = limits
    next_column = 0
    for x, y in points:
        row, column = _cell(place(x, y))
        is_due = column >= next_column or len(points) <= MARKER_DISTANCE
        if is_due and (row, column) not in taken:
            marks[row, column] = (ABOVE if y > high else BELOW if y < low else trace.marker, trace.style)
            next_column = column + MARKER_DISTANCE
    return marks


def _cell(dot: Dot) -> tuple[int, int]:
    """Return row and column of the character that contains a dot."""
    return dot[1] >> 2, dot[0] >> 1


def _cells(
    bits: bytearray,
    owners: bytearray,
    traces: Sequence[Trace],
    marks: Mapping[int, Part],
    cursor: int | None,
    *,
    is_ascii: bool,
) -> list[Part]:
    """Return one line of the curves, which cover the crosshair."""
    used = [column for column, owner in enumerate(owners) if owner != NOBODY]
    used += [*marks, *(() if cursor is None else (cursor,))]
    if not used:
        return []
    first, last = min(used), max(used)
    cells: list[Part] = [(" " * first, "")]
    for column in range(first, last + 1):
        owner = owners[column]
        if column in marks:
            cells.append(marks[column])
        elif owner != NOBODY:
            trace = traces[owner]
            character = braille if not is_ascii else ascii_points if trace.is_dotted else ascii_line
            cells.append((character(bits[column]), trace.style))
        else:
            cells.append((CURSOR_LINE, CURSOR) if column == cursor else (" ", traces[0].style))
    return [("".join(text for text, _style in run), style) for style, run in groupby(cells, lambda cell: cell[1])]


def _x_axis(title: str, labels: dict[int, str], gaps: set[int], cursor: int | None, width: int) -> list[Line]:
    """Return the axis with its ticks, gaps and crosshair, and the line of labels below it."""
    line: list[Part] = [(" " * (MARGIN - 1), ""), ("└", AXIS)]
    cells = [
        (GAP_MARK, GAP) if x in gaps else ("┴", CURSOR) if x == cursor else ("┬" if x in labels and x else "─", AXIS)
        for x in range(width)
    ]
    line += [("".join(text for text, _style in run), style) for style, run in groupby(cells, lambda cell: cell[1])]
    text = title.ljust(MARGIN + width)
    for column, label in labels.items():
        middle = MARGIN + column if column else MARGIN - 1  # the first tick is the axis itself
        start = min(max(len(title) + 1, middle - (len(label) - 1) // 2), len(text) - len(label))
        text = text[:start] + label + text[start + len(label) :]
    return [line, [(text, LABEL)]]
