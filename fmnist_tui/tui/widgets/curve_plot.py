"""A training and a validation curve over the epochs, to look at and to read values from.

Not drawn by a plotting library, whose widgets took many times as long while training needs the cores.
"""

from bisect import bisect_right
from dataclasses import replace
from time import monotonic

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.timer import Timer

from fmnist_tui.formatting import MISSING
from fmnist_tui.plot_axes import Point, Points, is_drawable
from fmnist_tui.runs.curve import Curve
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.glyphs import is_ascii
from fmnist_tui.tui.widgets.curves.drawing import (
    AXIS,
    BEST,
    BEST_MARK,
    CURSOR,
    GAP,
    LABEL,
    TRAIN,
    VALIDATION,
    Series,
    area,
    draw,
    stops,
    time_at,
)
from fmnist_tui.tui.widgets.curves.plot_view import PlotView, Range
from fmnist_tui.tui.widgets.curves.scale import Scale
from fmnist_tui.tui.widgets.styled_lines import Line, StyledLines

CURVE_INTERVAL_SECONDS = 2.0
"""Curves change slowly, and to draw them takes longer than the rest of the screen."""

SECONDS_OF_PATIENCE = 0.6
"""How long a due curve waits to be drawn with another frame: one frame is faster than two."""

BEFORE_THE_FIRST = "Begins with the first batches."

TRAIN_LINE, VALIDATION_LINE = "⠒⠐⠂", "─●─"
"""The legend; in ASCII, the train curve is of points."""

ZOOM = 0.5


class CurvePlot(StyledLines, can_focus=True):
    """A plot with a legend; a note while there are no points."""

    HELP = (
        "Train figures (dashed) are averages over the latest batches, while the network changes; validation figures "
        "(●) are measured at the end of each epoch. ★ is the best epoch. ▲ and ▼ are points beyond the axis, × on the "
        "axis is a value that is not finite. The logarithmic axis of the accuracy shows the error rate. The mouse sets "
        "the crosshair, and its wheel zooms."
    )

    DEFAULT_CLASSES = "panel"
    COMPONENT_CLASSES = {TRAIN, VALIDATION, AXIS, LABEL, BEST, CURSOR, GAP}

    BINDINGS = bindings("curve")

    class RangeChanged(Message):
        """The user changed the range or moved the crosshair."""

        def __init__(self, plot: "CurvePlot") -> None:
            super().__init__()
            self.plot = plot

        @property
        def control(self) -> "CurvePlot":
            return self.plot

    def __init__(self, title: str, *, is_share: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.add_class("-empty")
        self.border_title = self._heading = title
        self._title = title
        self._is_share = is_share
        self._curves: tuple[Curve, Curve] = (Curve(), Curve())
        self._series = Series()
        self._note = BEFORE_THE_FIRST
        self._view = PlotView()
        self._drawn_at = float("-inf")
        self._drawing: Timer | None = None

    @property
    def heading(self) -> str:
        """The title: the quantity, its scale and range, and the best value."""
        return self._heading

    @property
    def view(self) -> PlotView:
        """What is shown of the curves."""
        return self._view

    def show(
        self,
        train: Curve,
        validation: Curve,
        epochs: int,
        note: str = BEFORE_THE_FIRST,
        best: Point | None = None,
    ) -> None:
        """Draw curves that changed; a little later, if they were drawn just now.

        Args:
            train: Values over the time in epochs: 2.5 is the middle of the third epoch.
            validation: The same for the validation images.
            epochs: Number of epochs of the whole run.
            note: Shown while there are no points.
            best: The epoch of the best checkpoint, with its value.
        """
        is_same = train is self._curves[0] and validation is self._curves[1]
        if is_same and (epochs, note, best) == (self._series.epochs, self._note, self._series.best):
            return
        self._curves, self._note = (train, validation), note
        self._series = Series(_ordered(train.points), _ordered(validation.points), epochs, best)
        if not self._has_points:
            self._view = PlotView(is_log=self._view.is_log)  # another run has other epochs
        wait = self._drawn_at + CURVE_INTERVAL_SECONDS - monotonic()
        if wait <= 0 or self.has_class("-empty") or not self._has_points:
            self.redraw()
        elif self._drawing is None:
            self._drawing = self.set_timer(wait + SECONDS_OF_PATIENCE, self.redraw)

    def follow(self, view: PlotView) -> None:
        """Show the range and the crosshair of another plot of the same run."""
        self._view = self._view.following(view)
        self.redraw()

    # Drawing

    @property
    def _has_points(self) -> bool:
        return bool(self._series.train or self._series.validation)

    @property
    def _scale(self) -> Scale:
        return Scale(self._is_share, self._view.is_log)

    def redraw(self) -> None:
        if self._drawing is not None:
            self._drawing.stop()
            self._drawing = None
        self._drawn_at = monotonic()
        self.set_class(not self._has_points, "-empty")
        self._show_heading()
        if self._has_points:
            plot = draw(self._series, self._view, self._scale, self.size, is_ascii=is_ascii(self))
            self.write([self._legend(), *plot])
        else:
            width, height = self.size
            self.write([self._legend(), *[()] * max(0, height // 2 - 1), [(self._note.center(width), LABEL)]])

    def _show_heading(self) -> None:
        is_error = self._is_share and self._view.is_log
        parts = ["Error rate" if is_error else self._title]
        if self._view.is_log:
            parts.append("log")
        if self._view.range is not Range.FULL:
            parts.append("recent" if self._view.range is Range.RECENT else "zoomed")
        if self._series.best is not None:
            epoch, value = self._series.best
            parts.append(f"{BEST_MARK} {self._scale.figure(value)}")
            if cell_len(" · ".join([*parts, where := f"at epoch {epoch:.0f}"])) <= self.size.width:
                parts[-1] += f" {where}"
        heading = " · ".join(parts)
        if heading != self._heading:  # each change repaints the whole widget
            self._heading = heading
            self.border_title = Content(heading)

    def _legend(self) -> Line:
        """Return the names of the curves, or their values at the crosshair."""
        train_line = "..." if is_ascii(self) else TRAIN_LINE
        cursor = self._view.cursor
        if cursor is None:
            return [(f"{train_line} train", TRAIN), ("  ", ""), (f"{VALIDATION_LINE} validation", VALIDATION)]
        train, validation = (_value_at(points, cursor) for points in (self._series.train, self._series.validation))
        figures = [MISSING if point is None else self._scale.figure(point[1]) for point in (train, validation)]
        earlier = "" if validation is None or validation[0] == cursor else f" ({validation[0]:.0f})"
        line: Line = [
            (f"epoch {_epoch_text(cursor)}", CURSOR),
            (f"  {train_line} {figures[0]}", TRAIN),
            (f"  {VALIDATION_LINE} {figures[1]}{earlier}", VALIDATION),
        ]
        if sum(cell_len(text) for text, _style in line) <= self.size.width:
            return line
        return [
            (_epoch_text(cursor), CURSOR),
            (f" {train_line[0]} {figures[0]}", TRAIN),
            (f" {VALIDATION_LINE[1]} {figures[1]}{earlier}", VALIDATION),
        ]

    # Keys and mouse

    def _look(self, view: PlotView) -> None:
        """Show another view of the curves."""
        if view == self._view or not self._has_points:
            return
        before, self._view = self._view, view
        self.redraw()
        if before.following(view) != before:
            self.post_message(self.RangeChanged(self))

    def _stops(self) -> list[float]:
        return stops(self._series, self._series.span(self._view), max(1, area(self.size)[0]))

    def action_move(self, steps: int) -> None:
        self._look(self._view.moved(steps, self._stops()))

    def action_move_to(self, place: int) -> None:
        if found := self._stops():
            self._look(replace(self._view, cursor=found[place]))

    def action_zoom(self, steps: int) -> None:
        self._zoom(steps)

    def action_pan(self, direction: int) -> None:
        self._look(self._view.panned(direction / 4, self._series.span(self._view), self._series.reach))

    def action_reset(self) -> None:
        self._look(PlotView(is_log=self._view.is_log))

    def action_recent(self) -> None:
        self._look(self._view.with_recent())

    def action_log(self) -> None:
        self._look(replace(self._view, is_log=not self._view.is_log))

    def _zoom(self, steps: int, center: float | None = None) -> None:
        self._look(self._view.zoomed(ZOOM**steps, self._series.span(self._view), self._series.reach, center))

    def _time_at(self, event: events.MouseEvent) -> float:
        x = event.get_content_offset_capture(self).x
        return time_at(x, self._series.span(self._view), max(1, area(self.size)[0]))

    def _point_at(self, event: events.MouseEvent) -> None:
        if found := self._stops():
            time = self._time_at(event)
            self._look(replace(self._view, cursor=min(found, key=lambda stop: abs(stop - time))))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._point_at(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._point_at(event)

    def on_mouse_up(self) -> None:
        self.release_mouse()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._zoom(1, self._time_at(event))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._zoom(-1, self._time_at(event))


def _ordered(points: Points) -> Points:
    """Return the points whose time is possible; a damaged log may have others."""
    return [point for point in points if is_drawable(point[0]) and point[0] >= 0.0]


def _value_at(points: Points, time: float) -> Point | None:
    """Return the newest point at a time, or else the first."""
    place = bisect_right(points, time, key=lambda point: point[0])
    return points[max(0, place - 1)] if points else None


def _epoch_text(time: float) -> str:
    return f"{time:.0f}" if time == int(time) else f"{time:.2f}"
