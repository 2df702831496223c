"""The curves of two to eight runs in one plot."""

from collections.abc import Mapping, Sequence

from fmnist_tui.formatting import MISSING
from fmnist_tui.plot_axes import Points
from fmnist_tui.runs.run_comparison import ComparedRun, RunComparison
from fmnist_tui.runs.run_curves import Metric, RunCurves
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.comparison_table import MARK, short_title
from fmnist_tui.tui.widgets.curves.drawing import CURSOR, LABEL
from fmnist_tui.tui.widgets.curves.plot_view import PlotView, Range
from fmnist_tui.tui.widgets.curves.run_traces import RUN_STYLES, SMOOTHING, CurveChoice, run_traces
from fmnist_tui.tui.widgets.curves.scale import Scale
from fmnist_tui.tui.widgets.plot import Plot, point_at
from fmnist_tui.tui.widgets.styled_lines import Line, Part

MIN_TITLE = 8
"""Columns of a run's title in the legend; with fewer, its letter says more."""

SPACE = 2
"""Columns between two entries of the legend."""


class ComparisonPlot(Plot):
    """Each run has a color, and its letter on its curve."""

    HELP = (
        "The curves of the runs; the letter of each stands on its curve and in the table. The crosshair shows the "
        "value of each run at or before it. The logarithmic axis of the accuracy shows the error rate. Smoothing is "
        "the moving average of TensorBoard. The mean of repeats has a dotted band from the lowest to the highest."
    )

    COMPONENT_CLASSES = set(RUN_STYLES)

    BINDINGS = bindings("run_curves")

    def __init__(self) -> None:
        super().__init__("Curves", "Reading the curves…", id="run-curves")
        self._curves: Mapping[str, RunCurves] = {}
        self._runs: Mapping[str, ComparedRun] = {}
        self._groups: Sequence[str] = ()
        self._names: Sequence[str] = ()
        self._choice = CurveChoice()

    @property
    def choice(self) -> CurveChoice:
        """What is plotted."""
        return self._choice

    def show(self, comparison: RunComparison, curves: Mapping[str, RunCurves]) -> None:
        """Show the curves of runs.

        Args:
            comparison: The runs.
            curves: Those of each run, by its letter.
        """
        self._runs, self._curves = {run.letter: run for run in comparison.runs}, curves
        self._groups = [repeats.letters for repeats in comparison.repeats]
        self._note = "No epoch has ended in any of the runs."
        self._trace()

    def choose(self, choice: CurveChoice) -> None:
        """Plot something else. On another x axis, the whole of it is shown."""
        if choice.axis is not self._choice.axis:
            self._view = PlotView(is_log=self._view.is_log)
        self._choice = choice
        self._trace()

    def _trace(self) -> None:
        self._names, self._series = run_traces(self._curves, self._groups, self._choice)
        self.redraw()

    # Drawing

    @property
    def scale(self) -> Scale:
        return self._choice.scale(is_log=self._view.is_log)

    def title_parts(self) -> list[str]:
        choice, is_log = self._choice, self._view.is_log
        is_error = is_log and choice.metric is Metric.ACCURACY
        parts = [choice.title.replace("accuracy", "error rate") if is_error else choice.title]
        if is_log:
            parts.append("log")
        if choice.smoothing and choice.metric is not Metric.LEARNING_RATE:
            parts.append(f"smoothed {SMOOTHING[choice.smoothing]:g}")
        if choice.is_grouped and self._groups:
            parts.append("mean of repeats")
        if self._view.range is not Range.FULL:
            parts.append("recent" if self._view.range is Range.RECENT else "zoomed")
        return parts

    def legend(self) -> list[Line]:
        """Return the names of the runs; their values at the crosshair if there is one."""
        cursor, styles = self._view.cursor, [trace.style for trace in self._series.traces]
        if cursor is None:
            return [self._names_line(styles)]
        values = [self._value(trace.points, cursor) for trace in self._series.traces]
        texts = [f"{name} {value}" for name, value in zip(self._names, values, strict=True)]
        where = self._choice.x_text(cursor)
        width = max(map(len, texts), default=0) + SPACE
        per_line = max(1, (self.size.width - len(where) - SPACE) // width)
        entries = [(" " * SPACE + text.ljust(width - SPACE), style) for text, style in zip(texts, styles, strict=True)]
        lines: list[Line] = []
        for start in range(0, len(entries), per_line):
            lines.append([(where if not lines else " " * len(where), CURSOR), *entries[start : start + per_line]])
        return lines or [[(where, CURSOR)]]

    def _names_line(self, styles: Sequence[str]) -> Line:
        room = self.size.width // max(1, len(styles)) - SPACE
        entries: list[Part] = []
        for name, style in zip(self._names, styles, strict=True):
            title = "mean" if len(name) > 1 else short_title(self._runs[name], room - MARK)
            entries.append(((f"{name} {title}" if room >= MIN_TITLE + MARK else name) + " " * SPACE, style))
        return entries or [("", LABEL)]

    def _value(self, points: Points, x: float) -> str:
        """Return the newest value at an x; none if the curve begins later or has ended before."""
        point = point_at(points, x)
        if point is None or not points[0][0] <= x <= points[-1][0]:
            return MISSING
        return self.scale.figure(point[1])
