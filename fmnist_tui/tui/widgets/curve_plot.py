"""A training and a validation curve over the epochs of a run that may be training."""

from time import monotonic

from rich.cells import cell_len
from textual.message import Message
from textual.timer import Timer

from fmnist_tui.formatting import MISSING
from fmnist_tui.plot_axes import Point, Points, is_drawable
from fmnist_tui.runs.curve import Curve
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.glyphs import is_ascii
from fmnist_tui.tui.widgets.curves.drawing import BEST_MARK, CURSOR
from fmnist_tui.tui.widgets.curves.plot_view import PlotView, Range
from fmnist_tui.tui.widgets.curves.scale import Scale
from fmnist_tui.tui.widgets.curves.series import TRAIN, VALIDATION, run_series
from fmnist_tui.tui.widgets.plot import Plot, number_text, point_at
from fmnist_tui.tui.widgets.styled_lines import Line

CURVE_INTERVAL_SECONDS = 2.0
"""Curves change slowly, and to draw them takes longer than the rest of the screen."""

SECONDS_OF_PATIENCE = 0.6
"""How long a due curve waits to be drawn with another frame: one frame is faster than two."""

BEFORE_THE_FIRST = "Begins with the first batches."

TRAIN_LINE, VALIDATION_LINE = "⠒⠐⠂", "─●─"
"""The legend; in ASCII, the train curve is of points."""


class CurvePlot(Plot):
    """The curves of a run. Drawn again at most once in a while, because training needs the cores."""

    HELP = (
        "Train figures (dashed) are averages over the latest batches, while the network changes; validation figures "
        "(●) are measured at the end of each epoch. ★ is the best epoch. ▲ and ▼ are points beyond the axis, × on the "
        "axis is a value that is not finite. The logarithmic axis of the accuracy shows the error rate. The mouse sets "
        "the crosshair, and its wheel zooms."
    )

    COMPONENT_CLASSES = {TRAIN, VALIDATION}

    BINDINGS = bindings("curve")

    class RangeChanged(Message):
        """The user changed the range or moved the crosshair."""

        def __init__(self, plot: "CurvePlot") -> None:
            super().__init__()
            self.plot = plot

        @property
        def control(self) -> "CurvePlot":
            return self.plot

    def __init__(
        self,
        title: str,
        *,
        is_share: bool = False,
        is_throttled: bool = True,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(title, BEFORE_THE_FIRST, id=id)
        self._title = title
        self._is_share = is_share
        self._is_throttled = is_throttled
        self._curves: tuple[Curve, Curve] = (Curve(), Curve())
        self._series = run_series()
        self._drawn_at = float("-inf")
        self._drawing: Timer | None = None

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
        self._series = run_series(_ordered(train.points), _ordered(validation.points), epochs, best)
        if not self._series.has_points:
            self._view = PlotView(is_log=self._view.is_log)  # another run has other epochs
        wait = self._drawn_at + CURVE_INTERVAL_SECONDS - monotonic()
        if wait <= 0 or not self._is_throttled or self.has_class("-empty") or not self._series.has_points:
            self.redraw()
        elif self._drawing is None:
            self._drawing = self.set_timer(wait + SECONDS_OF_PATIENCE, self.redraw)

    def follow(self, view: PlotView) -> None:
        """Show the range and the crosshair of another plot of the same run."""
        self._view = self._view.following(view)
        self.redraw()

    # Drawing

    @property
    def scale(self) -> Scale:
        return Scale(self._is_share, self._view.is_log)

    def redraw(self) -> None:
        if self._drawing is not None:
            self._drawing.stop()
            self._drawing = None
        self._drawn_at = monotonic()
        super().redraw()

    def title_parts(self) -> list[str]:
        is_error = self._is_share and self._view.is_log
        parts = ["Error rate" if is_error else self._title]
        if self._view.is_log:
            parts.append("log")
        if self._view.range is not Range.FULL:
            parts.append("recent" if self._view.range is Range.RECENT else "zoomed")
        if self._series.best is not None:
            epoch, value = self._series.best
            parts.append(f"{BEST_MARK} {self.scale.figure(value)}")
            if cell_len(" · ".join([*parts, where := f"at epoch {epoch:.0f}"])) <= self.size.width:
                parts[-1] += f" {where}"
        return parts

    def legend(self) -> list[Line]:
        train_line = "..." if is_ascii(self) else TRAIN_LINE
        cursor = self._view.cursor
        if cursor is None:
            return [[(f"{train_line} train", TRAIN), ("  ", ""), (f"{VALIDATION_LINE} validation", VALIDATION)]]
        train, validation = (point_at(trace.points, cursor) for trace in self._series.traces)
        figures = [MISSING if point is None else self.scale.figure(point[1]) for point in (train, validation)]
        earlier = "" if validation is None or validation[0] == cursor else f" ({validation[0]:.0f})"
        line: Line = [
            (f"epoch {number_text(cursor)}", CURSOR),
            (f"  {train_line} {figures[0]}", TRAIN),
            (f"  {VALIDATION_LINE} {figures[1]}{earlier}", VALIDATION),
        ]
        if sum(cell_len(text) for text, _style in line) <= self.size.width:
            return [line]
        return [
            [
                (number_text(cursor), CURSOR),
                (f" {train_line[0]} {figures[0]}", TRAIN),
                (f" {VALIDATION_LINE[1]} {figures[1]}{earlier}", VALIDATION),
            ]
        ]

    # Keys and mouse

    def view_changed(self, before: PlotView) -> None:
        if before.following(self._view) != before:
            self.post_message(self.RangeChanged(self))

    def action_zoom(self, steps: int) -> None:
        self.zoom(steps)


def _ordered(points: Points) -> Points:
    """Return the points whose time is possible; a damaged log may have others."""
    return [point for point in points if is_drawable(point[0]) and point[0] >= 0.0]
