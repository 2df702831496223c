"""A sweep as a list or a view shows it: one immutable snapshot of its study."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fmnist_tui.sanitize import one_line
from fmnist_tui.sweeps.settings import SweepSettings
from fmnist_tui.sweeps.slots import TrialState, is_duplicate, results, successors
from fmnist_tui.sweeps.space import Space, Value
from fmnist_tui.sweeps.study import Sweep
from fmnist_tui.sweeps.trial_records import attempt_of, run_place, state_of

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

MIN_TRIALS_FOR_IMPORTANCE = 4
"""With fewer results, an importance says nothing."""


@dataclass(frozen=True, slots=True)
class SweepTrial:
    """One trial.

    Attributes:
        number: Its number in the study.
        state: Its state.
        params: The values of the fields that vary; empty as long as they are not chosen.
        accuracy: The best validation accuracy of a complete trial, the last one of any other; None before the first
            epoch.
        epochs: The validation accuracy after each epoch.
        run: The identifier of its run; empty if it has none yet.
        host: The machine that trains or trained it.
        worker: The host and the process of its worker.
        reason: Why it has failed or was ended early; empty if the pruner ended it.
        continues: The trial that it continues; None if none.
        continued_by: The trial that continues it; None if none.
        started: When it was started, in seconds since 1970; None if it was not.
        ended: When it ended.
    """

    number: int
    state: TrialState
    params: dict[str, Value]
    accuracy: float | None
    epochs: tuple[tuple[int, float], ...]
    run: str
    host: str
    worker: str
    reason: str
    continues: int | None
    continued_by: int | None
    started: float | None
    ended: float | None


@dataclass(frozen=True, slots=True)
class SweepOverview:
    """A sweep at one moment.

    Attributes:
        settings: What the sweep does.
        space: The fields that vary.
        location: Where the study is, without a password.
        trials: All trials, in the order of their numbers.
        best: The complete trial with the highest validation accuracy; None if none is complete.
        results: The number of trials that are complete or pruned: of `settings.trials`.
        is_done: Whether nothing is left to do.
        stopped_by: Who stopped the sweep; empty if it is not stopped.
        importances: The share of each field in the differences of accuracy, the highest first; empty if there are too
            few results, or if they were not asked for.
    """

    settings: SweepSettings
    space: Space
    location: str
    trials: tuple[SweepTrial, ...]
    best: SweepTrial | None
    results: int
    is_done: bool
    stopped_by: str
    importances: dict[str, float]

    def count(self, state: TrialState) -> int:
        """Return the number of trials in a state."""
        return sum(trial.state is state for trial in self.trials)

    @property
    def status(self) -> str:
        """The state of the sweep in one word: running, waiting, stopped or done."""
        if self.is_done:
            return "done"
        if self.stopped_by:
            return "stopped"
        return "running" if self.count(TrialState.RUNNING) else "waiting"


def overview_of(sweep: Sweep, *, with_importances: bool = True) -> SweepOverview:
    """Return a sweep as it is now.

    Args:
        sweep: The sweep.
        with_importances: Whether to compute the importances, for which Optuna has to load much.

    Raises:
        UserError: The database can't be read.
    """
    found = sweep.trials()
    attempts = [attempt for trial in found if (attempt := attempt_of(trial)) is not None]
    later = successors(attempts)
    counted = [trial for trial in found if not is_duplicate(trial.number, attempts)]
    trials = tuple(_trial(trial, later.get(trial.number)) for trial in counted)
    complete = [trial for trial in trials if trial.state is TrialState.COMPLETE and trial.accuracy is not None]
    return SweepOverview(
        settings=sweep.settings,
        space=sweep.settings.dimensions(),
        location=sweep.location.title,
        trials=trials,
        best=max(complete, key=lambda trial: (trial.accuracy or 0.0, -trial.number), default=None),
        results=results(attempts),
        is_done=sweep.is_done(),
        stopped_by=one_line(sweep.stopped_by()),
        importances=_importances(found) if with_importances else {},
    )


def _trial(trial: FrozenTrial, continued_by: int | None) -> SweepTrial:
    attributes, place, state = trial.user_attrs, run_place(trial), state_of(trial)
    epochs = tuple(sorted(trial.intermediate_values.items()))
    is_own = trial.value is not None and state is TrialState.COMPLETE
    return SweepTrial(
        number=trial.number,
        state=state,
        params=dict(trial.params),
        accuracy=trial.value if is_own else epochs[-1][1] if epochs else None,
        epochs=epochs,
        run=one_line(place.run) if place else "",
        host=one_line(place.host) if place else "",
        worker=one_line(attributes.get("worker", "")),
        reason=one_line(attributes.get("reason") or attributes.get("problem") or ""),
        continues=attributes.get("continues") if isinstance(attributes.get("continues"), int) else None,
        continued_by=continued_by,
        started=_seconds(trial.datetime_start),
        ended=_seconds(trial.datetime_complete),
    )


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _importances(trials: list[FrozenTrial]) -> dict[str, float]:
    """Return PED-ANOVA's importances, for which Optuna needs no further packages."""
    import warnings

    import optuna

    complete = [trial for trial in trials if trial.state is optuna.trial.TrialState.COMPLETE]
    if len(complete) < MIN_TRIALS_FOR_IMPORTANCE or len({trial.value for trial in complete}) == 1:
        return {}
    study = optuna.create_study(direction="maximize")
    study.add_trials(complete)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        evaluator = optuna.importance.PedAnovaImportanceEvaluator()
        try:
            found = optuna.importance.get_param_importances(study, evaluator=evaluator)
        except (RuntimeError, ValueError):  # no field has different values in all trials
            return {}
    return dict(sorted(found.items(), key=lambda item: -item[1]))
