"""A training and a validation curve over the epochs, in braille dots.

Not drawn by a plotting library, whose widgets took many times as long while training needs the cores.
"""

from collections.abc import Mapping
from itertools import groupby, pairwise
from math import ceil
from time import monotonic

from textual.timer import Timer

from fmnist_tui.plot_axes import Points, clipped, is_drawable, limits, share_ticks, shown_epochs, ticks
from fmnist_tui.runs.curve import Curve
from fmnist_tui.tui.widgets.styled_lines import Line, Part, StyledLines

MAX_MARKERS = 40
"""The most validation points that are marked; more markers would overlap."""

CURVE_INTERVAL_SECONDS = 1.0
"""Curves change slowly, and to draw them takes longer than the rest of the screen."""

SECONDS_OF_PATIENCE = 0.6
"""How long a due curve waits to be drawn with another frame: one frame is faster than two."""

BEFORE_THE_FIRST = "Begins with the first batches."

MARKER, ABOVE, BELOW = "●", "▲", "▼"
"""A validation point in, above and below the range of the axis."""

MARGIN = 8
"""Columns of the tick labels and the axis, left of the curves."""

BLANK = 0x2800
"""The braille character without dots."""

DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The bit of the dot at [column][row] of a character."""

Dot = tuple[int, int]
"""Column and row, from the upper left."""

TRAIN, VALIDATION, AXIS, LABEL, TITLE = (f"curve--{name}" for name in ("train", "validation", "axis", "label", "title"))


class CurvePlot(StyledLines):
    """A plot with a title; a note while there are no points."""

    ALLOW_MAXIMIZE = True

    COMPONENT_CLASSES = {TRAIN, VALIDATION, AXIS, LABEL, TITLE}

    def __init__(self, title: str, *, is_share: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.add_class("-empty")
        self._title = title
        self._is_share = is_share
        self._shown: tuple[Curve, Curve, int, str] = (Curve(), Curve(), 1, BEFORE_THE_FIRST)
        self._drawn_at = float("-inf")
        self._drawing: Timer | None = None

    def show(self, train: Curve, validation: Curve, epochs: int, note: str = BEFORE_THE_FIRST) -> None:
        """Draw curves that changed; a little later, if they were drawn just now.

        Args:
            train: Values over the time in epochs: 2.5 is the middle of the third epoch.
            validation: The same for the validation images.
            epochs: Number of epochs of the whole run.
            note: Shown while there are no points.
        """
        shown = (train, validation, epochs, note)
        if all(new is old for new, old in zip(shown, self._shown, strict=True)):
            return
        self._shown = shown
        wait = self._drawn_at + CURVE_INTERVAL_SECONDS - monotonic()
        if wait <= 0 or self.has_class("-empty") or not (train.points or validation.points):
            self.redraw()
        elif self._drawing is None:
            self._drawing = self.set_timer(wait + SECONDS_OF_PATIENCE, self.redraw)

    def redraw(self) -> None:
        if self._drawing is not None:
            self._drawing.stop()
            self._drawing = None
        self._drawn_at = monotonic()
        train, validation, epochs, note = self._shown
        has_points = bool(train.points or validation.points)
        self.set_class(not has_points, "-empty")
        heading: Line = [(f" {self._title}", TITLE), ("  ⠒⠒ train", TRAIN), ("  ●● validation", VALIDATION)]
        if has_points:
            self.write([heading, *self._plot(train.points, validation.points, epochs)])
        else:
            width, height = self.size
            self.write([heading, *[()] * max(0, height // 2 - 1), [(note.center(width), LABEL)]])

    def _plot(self, train: Points, validation: Points, epochs: int) -> list[Line]:
        width, height = self.size.width - MARGIN - 1, self.size.height - 3
        if width < 6 or height < 2:
            return []
        train, validation = drawable(train), drawable(validation)
        latest = max((points[-1][0] for points in (train, validation) if points), default=0.0)
        low, high = limits(train, validation, latest)
        reach = shown_epochs(latest, epochs)

        def place(x: float, y: float) -> Dot:
            return round(x / reach * (2 * width - 1)), round((high - y) / (high - low) * (4 * height - 1))

        markers: dict[tuple[int, int], str] = {}
        if len(validation) <= MAX_MARKERS:
            for x, y in validation:
                column, row = place(x, min(max(y, low), high))
                markers[row >> 2, column >> 1] = ABOVE if y > high else BELOW if y < low else MARKER
        train_dots, validation_dots = ([bytearray(width) for _ in range(height)] for _ in range(2))
        for dots, points in ((train_dots, train), (validation_dots, validation)):
            for start, end in pairwise(thinned(points, 2 * width)):
                if (part := clipped(start, end, low, high)) is not None:
                    draw_line(dots, place(*part[0]), place(*part[1]))
        y_ticks = (share_ticks if self._is_share else ticks)(low, high, max(3, height // 2))
        labels = {place(0.0, value)[1] >> 2: label for value, label in y_ticks.items()}
        lines: list[Line] = []
        for row in range(height):
            label = labels.get(row, "")
            axis: list[Part] = [(f"{label + ' ':>{MARGIN - 1}.{MARGIN - 1}}", LABEL), ("┤" if label else "│", AXIS)]
            marks = {x: mark for (y, x), mark in markers.items() if y == row}
            lines.append(axis + _cells(train_dots[row], validation_dots[row], marks))
        x_ticks = ticks(0.0, reach, max(2, width // 8), smallest=1.0)
        return [*lines, *_epoch_axis({place(x, high)[0] >> 1: label for x, label in x_ticks.items()}, width)]


def draw_line(characters: list[bytearray], start: Dot, end: Dot) -> None:
    """Draw a line between two dots of a grid, whose characters contain two by four dots each."""
    (x, y), (to_x, to_y) = start, end
    steps = max(abs(to_x - x), abs(to_y - y), 1)
    for step in range(steps + 1):
        column, row = x + round((to_x - x) * step / steps), y + round((to_y - y) * step / steps)
        characters[row >> 2][column >> 1] |= DOTS[column & 1][row & 3]


def _cells(train: bytearray, validation: bytearray, marks: Mapping[int, str]) -> list[Part]:
    """Return one line of both curves; validation covers train where they meet."""
    if not (any(train) or any(validation) or marks):
        return []
    parts: list[Part] = []
    for style, columns in groupby(
        range(len(train)), lambda column: VALIDATION if validation[column] or column in marks else TRAIN
    ):
        text = "".join(marks.get(column) or chr(BLANK | train[column] | validation[column]) for column in columns)
        parts.append((text.replace(chr(BLANK), " "), style))
    return parts


def _epoch_axis(labels: dict[int, str], width: int) -> list[Line]:
    """Return the axis with its ticks, and the line of labels below it."""
    axis = "".join("┬" if column in labels and column else "─" for column in range(width))
    text = " " * (MARGIN + width)
    for column, label in labels.items():
        middle = MARGIN + column if column else MARGIN - 1  # the first tick is the axis itself
        start = min(middle - (len(label) - 1) // 2, len(text) - len(label))
        text = text[:start] + label + text[start + len(label) :]
    return [[(" " * (MARGIN - 1), ""), ("└" + axis, AXIS)], [(text, LABEL)]]


def drawable(points: Points) -> Points:
    """Return the points that can be drawn; a damaged log may have others."""
    return [(x, y) for x, y in points if x >= 0.0 and is_drawable(y)]


def thinned(points: Points, max_points: int) -> Points:
    """Return about `max_points` points, each the mean of its neighbors."""
    stride = ceil(len(points) / max_points) if max_points else 1
    if stride <= 1:
        return points
    groups = [points[start : start + stride] for start in range(0, len(points), stride)]
    return [(group[-1][0], sum(y for _x, y in group) / len(group)) for group in groups]
