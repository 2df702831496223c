"""The comparison of runs as lines of a table with a column for each run."""

from collections.abc import Sequence
from dataclasses import dataclass

from fmnist_tui.formatting import MISSING, count, duration, percent
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.repeat_statistics import METRICS
from fmnist_tui.runs.run_comparison import ComparedRun, Interval, Repeats, RunComparison
from fmnist_tui.sanitize import one_line

BEST_MARK, ASSUMED_MARK = "★", "*"
"""The best value of a line, and a value that an earlier version did not store."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table.

    Attributes:
        best: The places of the runs that are marked as the best.
    """

    label: str
    cells: Sequence[str]
    best: frozenset[int] = frozenset()


def rows_of(comparison: RunComparison) -> list[Row]:
    """Return the lines of the table: the accuracies, the settings that differ, and what the runs took."""
    runs = comparison.runs
    rows = [
        *_accuracies("best validation %", [run.validation for run in runs]),
        Row("at epoch", [str(run.summary.best_epoch) if run.summary.best_epoch else MISSING for run in runs]),
    ]
    rows += _means(comparison)
    if any(run.test for run in runs):
        rows += _accuracies("test %", [run.test for run in runs])
    for setting in comparison.settings:
        marks = (ASSUMED_MARK if is_assumed else "" for is_assumed in setting.is_assumed)
        rows.append(
            Row(setting.label, [one_line(text) + mark for text, mark in zip(setting.texts, marks, strict=True)])
        )
    seconds = [run.summary.active_seconds for run in runs]
    rows.append(Row("training time", [duration(second) if second else MISSING for second in seconds]))
    if len({run.parameters for run in runs}) > 1:
        rows.append(Row("parameters", [count(run.parameters) for run in runs]))
    if any(run.summary.status is not RunStatus.FINISHED for run in runs):
        rows.append(Row("state", [_state(run) for run in runs]))
    return rows + _other_means(comparison)


def _means(comparison: RunComparison) -> list[Row]:
    """Return the mean accuracy of runs that are repeats of each other, the same for all of a group."""
    if not comparison.repeats:
        return []
    groups = _groups(comparison)
    means = [group.validation if group else None for group in groups]
    texts = [group and f"{group.letters} {percent(group.validation.value, unit='')}" for group in groups]
    deviations = [group.statistics[0].deviation if group else None for group in groups]
    return [
        Row("mean of repeats %", [text or MISSING for text in texts]),
        _intervals(means),
        Row("  standard deviation", [percent(deviation, unit="") for deviation in deviations]),
    ]


def _other_means(comparison: RunComparison) -> list[Row]:
    """Return the means of the other metrics of repeats."""
    rows = []
    for metric in METRICS[1:]:
        statistics = [group.of(metric.name) if group else None for group in _groups(comparison)]
        cells = [statistic.cells if statistic else None for statistic in statistics]
        if any(cells):
            rows.append(Row(f"mean {metric.label} ± SD", [f"{one[0]} ± {one[1]}" if one else MISSING for one in cells]))
            rows.append(Row("  95 % interval", [one[2] if one else MISSING for one in cells]))
    return rows


def _groups(comparison: RunComparison) -> list[Repeats | None]:
    """Return for each run the repeats that it is one of."""
    of_run = {letter: repeats for repeats in comparison.repeats for letter in repeats.letters}
    return [of_run.get(run.letter) for run in comparison.runs]


def _accuracies(label: str, accuracies: Sequence[Interval | None]) -> list[Row]:
    values = [-1.0 if accuracy is None else accuracy.value for accuracy in accuracies]
    best = frozenset(place for place, value in enumerate(values) if value == max(values) > min(values))
    texts = [percent(accuracy and accuracy.value, unit="") for accuracy in accuracies]
    return [Row(label, texts, best), _intervals(accuracies)]


def _intervals(accuracies: Sequence[Interval | None]) -> Row:
    texts = (
        MISSING if one is None else f"{percent(one.low, unit='')}–{percent(one.high, unit='')}" for one in accuracies
    )
    return Row("  95 % interval", tuple(texts))


def _state(run: ComparedRun) -> str:
    planned = f"/{run.summary.planned_epochs}" if run.summary.planned_epochs else ""
    is_finished = run.summary.status is RunStatus.FINISHED
    return run.summary.status if is_finished else f"{run.summary.status} {run.summary.epochs}{planned}"
