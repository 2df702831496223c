"""What repeats of one config have reached: mean, standard deviation and 95 % interval of every metric."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from statistics import fmean, stdev
from typing import NamedTuple

from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
from fmnist_tui.confidence_interval import mean_interval
from fmnist_tui.errors import UserError
from fmnist_tui.events import EpochEnded
from fmnist_tui.formatting import MISSING, duration, loss_figure, percent
from fmnist_tui.runs.summary import RunSummary


class Metric(NamedTuple):
    """A figure that a finished run has reached.

    Attributes:
        highest: The largest value that it can have; none is negative.
    """

    name: str
    label: str
    highest: float
    format: Callable[[float | None], str]


METRICS = (
    Metric("validation_accuracy", "validation accuracy", 1.0, percent),
    Metric("validation_loss", "validation loss", inf, loss_figure),
    Metric("train_accuracy", "training accuracy", 1.0, percent),
    Metric("test_accuracy", "test accuracy", 1.0, percent),
    Metric("seconds", "training time", inf, duration),
)
"""Those of the best epoch, then the test accuracy of its checkpoint, and the time of the whole run."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """A metric over repeats.

    Attributes:
        repeats: The number of runs.
        deviation: The standard deviation of a single run, with n − 1 in the denominator; None of a single run.
        interval: The 95 % interval of the mean by Student's t-distribution; None of a single run.
    """

    metric: Metric
    repeats: int
    mean: float
    deviation: float | None
    interval: tuple[float, float] | None

    @property
    def cells(self) -> tuple[str, str, str]:
        """Mean, deviation and interval as texts."""
        form = self.metric.format
        low, high = self.interval or (None, None)
        interval = MISSING if low is None else f"{form(low).removesuffix(' %')} – {form(high)}"
        return form(self.mean), form(self.deviation), interval


def metrics_of(run: RunSummary) -> dict[str, float]:
    """Return what a run has reached, by the names of the metrics; what can't be read is left out."""
    best = _best_epoch(run)
    values = {
        "validation_accuracy": run.best_validation_accuracy,
        "validation_loss": best.validation_loss if best else None,
        "train_accuracy": best.train_accuracy if best else None,
        "test_accuracy": run.test_accuracy,
        "seconds": run.active_seconds or None,
    }
    limits = {metric.name: metric.highest for metric in METRICS}
    # In a damaged log or checkpoint, they may be any numbers.
    return {
        name: value
        for name, value in values.items()
        if value is not None and isfinite(value) and 0.0 <= value <= limits[name]
    }


def statistics_of(runs: Sequence[Mapping[str, float]]) -> list[Statistic]:
    """Return the statistics of each metric that all of some runs have."""
    found = []
    for metric in METRICS:
        values = [run[metric.name] for run in runs if metric.name in run]
        if values and len(values) == len(runs):
            found.append(statistic_of(metric, values))
    return found


def statistic_of(metric: Metric, values: Sequence[float]) -> Statistic:
    """Return the statistics of a metric over one or more runs."""
    if len(values) == 1:
        return Statistic(metric, 1, values[0], None, None)
    low, high = mean_interval(values)
    return Statistic(metric, len(values), fmean(values), stdev(values), (max(0.0, low), min(metric.highest, high)))


def _best_epoch(run: RunSummary) -> EpochEnded | None:
    """Return the best epoch as checkpoint `best` states it; None if that can't be read."""
    try:
        best = read_manifest(manifest_file(run.folder.checkpoints, "best")).progress.best
    except UserError:
        return None
    return best if best is not None and best.epoch == run.best_epoch else None
