"""The curves of several runs as the traces of one plot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle

from fmnist_tui.formatting import duration, loss_figure, rate_figure
from fmnist_tui.runs.curve_statistics import mean_and_range, smoothed
from fmnist_tui.runs.run_comparison import MAX_RUNS
from fmnist_tui.runs.run_curves import Metric, RunCurves, XAxis
from fmnist_tui.tui.widgets.curves.scale import Scale
from fmnist_tui.tui.widgets.curves.series import Axis, Series, Trace

RUN_STYLES = tuple(f"curve--run-{number}" for number in range(1, MAX_RUNS + 1))

SMOOTHING = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99)
"""The weights of the moving average."""

COLUMNS_PER_MARKER = 4
"""Columns from the marker of one curve to that of the next, where curves lie on each other."""

MIN_MARKER_DISTANCE = 12

TIME_UNITS = ((3 * 3600.0, "hours", 3600.0), (180.0, "minutes", 60.0), (0.0, "seconds", 1.0))
"""From how many seconds on an axis of time is labeled in which unit."""


@dataclass(frozen=True, slots=True)
class CurveChoice:
    """What is plotted of the runs. Every change returns another choice.

    Attributes:
        split: "validation" or "train".
        smoothing: The place in `SMOOTHING`.
        is_grouped: Whether repeats are shown by their mean and range.
    """

    metric: Metric = Metric.ACCURACY
    split: str = "validation"
    axis: XAxis = XAxis.EPOCH
    smoothing: int = 0
    is_grouped: bool = False

    def with_metric(self, steps: int) -> "CurveChoice":
        metrics = list(Metric)
        return replace(self, metric=metrics[(metrics.index(self.metric) + steps) % len(metrics)])

    def with_next_axis(self) -> "CurveChoice":
        return replace(self, axis=XAxis((self.axis.value + 1) % len(XAxis)))

    def with_other_split(self) -> "CurveChoice":
        return replace(self, split="train" if self.split == "validation" else "validation")

    def smoother(self, steps: int) -> "CurveChoice":
        return replace(self, smoothing=min(max(self.smoothing + steps, 0), len(SMOOTHING) - 1))

    @property
    def title(self) -> str:
        """What the plot shows, without the scale."""
        if self.metric is Metric.LEARNING_RATE:
            return "Learning rate"
        quantity = "accuracy" if self.metric is Metric.ACCURACY else "loss"
        return f"{'Training' if self.split == 'train' else 'Validation'} {quantity}"

    def scale(self, *, is_log: bool) -> Scale:
        """Return the scale of the y axis."""
        number = rate_figure if self.metric is Metric.LEARNING_RATE else loss_figure
        return Scale(is_share=self.metric is Metric.ACCURACY, is_log=is_log, number=number)

    def x_text(self, x: float) -> str:
        """Return an x with what it is."""
        match self.axis:
            case XAxis.EPOCH:
                return f"epoch {x:.0f}" if x == int(x) else f"epoch {x:.2f}"
            case XAxis.STEP:
                return f"step {x:,.0f}"
            case XAxis.TIME:
                return duration(x)


def run_traces(curves: Mapping[str, RunCurves], groups: Sequence[str], choice: CurveChoice) -> tuple[list[str], Series]:
    """Return what the curves are called, and the curves.

    Args:
        curves: Those of each run, by its letter.
        groups: The letters of runs that are repeats of each other.
        choice: What to plot.
    """
    of_group = {letter: group for group in groups for letter in group} if choice.is_grouped else {}
    names = list(dict.fromkeys(of_group.get(letter, letter) for letter in curves))
    weight = SMOOTHING[choice.smoothing] if choice.metric is not Metric.LEARNING_RATE else 0.0
    styles = dict(zip(curves, cycle(RUN_STYLES), strict=False))
    distance = max(MIN_MARKER_DISTANCE, COLUMNS_PER_MARKER * len(names))
    traces = []
    for place, name in enumerate(names):
        members = [
            smoothed(curves[letter].points(choice.metric, choice.split, choice.axis), weight)
            for letter in name
            if letter in curves
        ]
        make = partial(
            Trace,
            style=styles[name[0]],
            marker=name[0],
            marker_columns=(2 + COLUMNS_PER_MARKER * place, distance),
            is_dotted=bool(place % 2),
        )
        if len(members) == 1:
            traces.append(make(members[0]))
        else:
            band = mean_and_range(members)
            traces.append(make(band.mean, band=(band.low, band.high)))
    series = Series(tuple(traces))
    return names, replace(series, axis=_axis(choice.axis, series.latest))


def _axis(axis: XAxis, latest: float) -> Axis:
    if axis is XAxis.TIME:
        _from, title, unit = next(limit for limit in TIME_UNITS if latest >= limit[0])
        return Axis(title, unit, is_whole=unit == 1.0)
    return Axis(axis.name.lower())
