"""A training and a validation curve in one frame. Imported after the first frame: textual-plot loads slowly."""

from collections.abc import Sequence
from math import ceil, floor, isfinite, log2, log10
from time import monotonic

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static
from textual_plot import HiResMode, NumericAxisFormatter, PlotWidget

from fmnist_tui.runs.curve import Curve

Points = Sequence[tuple[float, float]]

MOST_MARKERS = 40
"""Validation points that get a marker each; more would run into one another."""

SECONDS_BETWEEN_CURVES = 0.3
"""A plot costs more than all the rest of the screen, and a curve moves slowly."""

BEGINNING = 0.1
"""Share of the time trained that the y axis takes no notice of: a first loss of 2.3 would flatten all that follows."""


class SparseAxis(NumericAxisFormatter):
    """Puts no more ticks on an axis than have room.

    Args:
        smallest: The smallest distance of two ticks.
    """

    def __init__(self, smallest: float = 0.0) -> None:
        self.most = 4
        self._smallest = smallest

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        exponent = floor(log10(max(max_ - min_, 1e-9) / self.most))
        steps = (factor * 10**power for power in (exponent, exponent + 1) for factor in (1, 2, 5))
        step = next(step for step in steps if step >= self._smallest and (max_ - min_) / step <= self.most)
        return [number * step for number in range(ceil(min_ / step), floor(max_ / step) + 1)]


class PercentAxis(SparseAxis):
    """Writes shares as per cents."""

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        return [f"{label} %" for label in super().get_labels_for_ticks([100 * tick for tick in ticks])]


class CurveCanvas(PlotWidget, can_focus=False):
    """The frame, the axes and the two lines."""

    COMPONENT_CLASSES = {"curve--train", "curve--validation"}  # noqa: RUF012 - as Textual declares it

    def __init__(self, *, is_share: bool) -> None:
        super().__init__(allow_pan_and_zoom=False)
        self.set_reactive(PlotWidget.margin_top, 0)
        self.set_reactive(PlotWidget.margin_bottom, 1)
        self.set_reactive(PlotWidget.margin_left, 8)
        self._epoch_axis, self._value_axis = SparseAxis(smallest=1.0), PercentAxis() if is_share else SparseAxis()
        self.set_x_formatter(self._epoch_axis)
        self.set_y_formatter(self._value_axis)

    @property
    def is_furnished(self) -> bool:
        """Whether textual-plot's own parts are in place: not yet just after mounting, nor any more while leaving."""
        return bool(self.query("#legend"))

    def draw(self, train: Points, validation: Points, epochs: int) -> None:
        """Draws both lines; x is the time in epochs."""
        width = max(8, self.size.width)
        self._epoch_axis.most = max(2, width // 8)
        self._value_axis.most = max(3, self.size.height // 2)
        latest = max((points[-1][0] for points in (train, validation) if points), default=0.0)
        low, high = limits(train, validation, latest)
        train = [(x, min(max(y, low), high)) for x, y in thinned(train, 2 * width)]
        validation = [(x, min(max(y, low), high)) for x, y in validation if isfinite(y)]
        self.clear()
        self.set_xlimits(0.0, shown_epochs(latest, epochs) * 1.03)  # else the frame covers the last marker
        self.set_ylimits(low, high)
        self._line(train, "curve--train")
        self._line(thinned(validation, 2 * width), "curve--validation")
        if len(validation) <= MOST_MARKERS:
            xs, ys = [x for x, _y in validation], [y for _x, y in validation]
            self.scatter(xs, ys, marker="●", marker_style=self.foreground("curve--validation"))

    def foreground(self, component: str) -> str:
        """The theme's colour for a line, as textual-plot wants it."""
        return self.get_component_styles(component).color.hex6

    def _line(self, points: Points, component: str) -> None:
        xs, ys = [x for x, _y in points], [y for _x, y in points]
        self.plot(xs, ys, line_style=self.foreground(component), hires_mode=HiResMode.BRAILLE)

    def _render_plot(self) -> None:
        if self.size.width > self.margin_left + 6 and self.size.height > 4:  # textual-plot can't draw in less
            super()._render_plot()


class CurvePlot(Vertical):
    """A titled plot; where there is no point yet it says so."""

    def __init__(self, title: str, *, is_share: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes="-empty")
        self._title = title
        self._is_share = is_share
        self._shown: tuple[Curve, Curve, int] | None = None
        self._drawn_at = float("-inf")
        self._redrawing: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(self._heading(), classes="curve-title")
        yield CurveCanvas(is_share=self._is_share)
        yield Static(Content("Begins with the first batches."), classes="curve-empty")

    def on_mount(self) -> None:
        self.watch(self.app, "theme", self._redraw, init=False)

    def on_resize(self) -> None:
        self.call_after_refresh(self._redraw)

    def show(self, train: Curve, validation: Curve, epochs: int) -> None:
        """Draws the curves where they are others than those on the screen."""
        shown = (train, validation, epochs)
        if self._shown is None or any(new is not old for new, old in zip(shown, self._shown, strict=True)):
            self._shown = shown
            wait = self._drawn_at + SECONDS_BETWEEN_CURVES - monotonic()
            if wait <= 0:  # a timer of no time at all is one that Textual can't run
                self._redraw()
            elif self._redrawing is None:
                self._redrawing = self.set_timer(wait, self._redraw)

    def _redraw(self) -> None:
        self._drawn_at, self._redrawing = monotonic(), None
        if self._shown is not None and self.is_mounted:
            train, validation, epochs = self._shown
            self.set_class(not (train.points or validation.points), "-empty")
            canvas = self.query_one(CurveCanvas)
            if canvas.is_furnished:  # else its first size calls for this again
                canvas.draw(train.points, validation.points, epochs)

    def _heading(self) -> Content:
        return Content.assemble(
            (self._title, "bold"), "  ", ("⠒⠒ train", "$text-primary"), "  ", ("●● validation", "$text-warning")
        )


def limits(train: Points, validation: Points, latest: float) -> tuple[float, float]:
    """The lowest and the highest value worth a place on the y axis."""
    settled = [y for x, y in (*train, *validation) if isfinite(y) and x >= BEGINNING * latest]
    values = settled or [y for _x, y in (*train, *validation) if isfinite(y)]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    margin = max((high - low) * 0.05, abs(high) * 1e-3, 1e-6)
    return low - margin, high + margin


def shown_epochs(latest: float, epochs: int) -> float:
    """How far the x axis reaches: it doubles now and then instead of creeping on with every point."""
    return float(min(max(epochs, 1), 2 ** ceil(log2(max(latest, 1.0)))))


def thinned(points: Points, most: int) -> Points:
    """At most about so many points, each the mean of its neighbours: a screen has no room for more."""
    finite = [(x, y) for x, y in points if isfinite(y)]
    stride = ceil(len(finite) / most) if most else 1
    if stride <= 1:
        return finite
    groups = [finite[start : start + stride] for start in range(0, len(finite), stride)]
    return [(group[-1][0], sum(y for _x, y in group) / len(group)) for group in groups]
