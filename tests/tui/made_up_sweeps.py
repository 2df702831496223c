"""Sweeps that no database holds, and a reader that returns them."""

from math import log10

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.sweeps.overview import SweepOverview, SweepTrial
from fmnist_tui.sweeps.settings import SweepSettings
from fmnist_tui.sweeps.slots import TrialState
from fmnist_tui.sweeps.storage import Location
from fmnist_tui.tui.sweep_reader import ListedSweep, SweepReader

SPACE = {"learning_rate": "1e-4..1e-1 log", "batch_size": "32|64|128", "dropout": "0..0.5"}

STATES = (TrialState.COMPLETE, TrialState.COMPLETE, TrialState.PRUNED, TrialState.COMPLETE, TrialState.FAILED)


def a_trial(number: int, state: TrialState) -> SweepTrial:
    """Return a trial whose values and results depend on its number only."""
    rate = 10 ** (-4 + 3 * (number * 0.37 % 1))
    accuracy = 0.92 - 0.01 * (log10(rate) + 2.5) ** 2
    epochs = 10 if state is TrialState.COMPLETE else 3
    is_over = state is not TrialState.RUNNING
    return SweepTrial(
        number=number,
        state=state,
        params={"learning_rate": rate, "batch_size": 32 * 2 ** (number % 3), "dropout": number * 0.13 % 0.5},
        accuracy=None if state is TrialState.FAILED else accuracy,
        epochs=tuple((epoch, accuracy - 0.05 / epoch) for epoch in range(1, epochs + 1)),
        run=f"20260101-0000{number % 60:02}-cnn",
        host="box",
        worker=f"box:{4000 + number % 2}",
        reason="the loss is nan: lower the learning rate" if state is TrialState.FAILED else "",
        continues=None,
        continued_by=None,
        started=1000.0 if is_over else None,
        ended=1012.0 if is_over else None,
    )


def an_overview(name: str = "lr", trials: int = 18, *, importances: bool = True, stopped_by: str = "") -> SweepOverview:
    """Return a sweep with trials in all states; the last one is running."""
    found = [a_trial(number, STATES[number % len(STATES)]) for number in range(trials - 1)]
    found += [a_trial(trials - 1, TrialState.RUNNING)] if trials else []
    complete = [trial for trial in found if trial.state is TrialState.COMPLETE]
    settings = SweepSettings.of(name, RunConfig.from_flat({"model": "cnn", "data": "demo"}), SPACE, trials=600)
    return SweepOverview(
        settings=settings,
        space=settings.dimensions(),
        location="/home/user/sweeps",
        trials=tuple(found),
        best=max(complete, key=lambda trial: trial.accuracy or 0.0, default=None),
        results=sum(trial.state.has_result for trial in found),
        is_done=False,
        stopped_by=stopped_by,
        importances={"learning_rate": 0.7, "dropout": 0.2, "batch_size": 0.1} if importances else {},
    )


class Reader(SweepReader):
    """Returns made-up sweeps, or raises what a test sets."""

    def __init__(self, **sweeps: SweepOverview) -> None:
        super().__init__()
        self.sweeps = sweeps or {"lr": an_overview(), "new": an_overview("new", 0)}
        self.error: UserError | None = None

    def overview(self, name: str, *, with_importances: bool) -> SweepOverview:
        if self.error is not None:
            raise self.error
        return self.sweeps[name]

    def all(self) -> tuple[str, tuple[ListedSweep, ...]]:
        listed = [ListedSweep(name, overview) for name, overview in self.sweeps.items()]
        return "/home/user/sweeps", (*listed, ListedSweep("odd", problem="can't read sweep 'odd': the file is damaged"))


class SomeLocation(Location):
    """A place whose title is the same on all machines."""

    @property
    def title(self) -> str:
        return "/home/user/sweeps"
