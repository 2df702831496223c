"""The trials of a sweep as the lines of a table."""

from collections.abc import Sequence
from time import time

from fmnist_tui.formatting import MISSING, duration, percent
from fmnist_tui.sweeps.overview import SweepOverview, SweepTrial
from fmnist_tui.sweeps.slots import TrialState
from fmnist_tui.sweeps.space import value_text
from fmnist_tui.tui.widgets.sweep_plots import BEST_SIGN
from fmnist_tui.tui.widgets.virtual_table import Column, Line


def trial_columns(overview: SweepOverview) -> list[Column]:
    """Return the headings."""
    fields = [(dimension.field.replace("_", " "), True) for dimension in overview.space]
    return [
        ("", True),
        ("state", False),
        ("accuracy", True),
        *fields,
        ("epochs", True),
        ("time", True),
        ("worker", False),
    ]


def trial_lines(overview: SweepOverview, *, is_best_first: bool) -> list[Line]:
    """Return a line for each trial, the newest or the best first."""

    def rank(trial: SweepTrial) -> tuple[float, int]:
        return (trial.accuracy if trial.accuracy is not None else -1.0) if is_best_first else 0.0, trial.number

    trials = sorted(overview.trials, key=rank, reverse=True)
    return [(str(trial.number), _cells(overview, trial)) for trial in trials]


def _cells(overview: SweepOverview, trial: SweepTrial) -> Sequence[str]:
    params = trial.params
    is_best = overview.best is not None and overview.best.number == trial.number
    return (
        str(trial.number),
        state_text(trial),
        f"{BEST_SIGN if is_best else ''} {percent(trial.accuracy)}".strip(),
        *(value_text(params[one.field]) if one.field in params else MISSING for one in overview.space),
        str(len(trial.epochs)),
        duration(_seconds(trial)),
        trial.worker or trial.host or MISSING,
    )


def state_text(trial: SweepTrial) -> str:
    """Return the state of a trial, with the one that continues it."""
    return f"{trial.state} → {trial.continued_by}" if trial.continued_by is not None else str(trial.state)


def _seconds(trial: SweepTrial) -> float | None:
    if trial.started is None:
        return None
    end = trial.ended if trial.state is not TrialState.RUNNING else time()
    return None if end is None else max(0.0, end - trial.started)
