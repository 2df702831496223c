"""A trial whose worker is this process: its values, its reports, and how it ends."""

from __future__ import annotations

import os
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fmnist_tui.sanitize import quote
from fmnist_tui.sweeps.optuna_terms import pruner_of, sampler_of, suggest
from fmnist_tui.sweeps.settings import SweepSettings
from fmnist_tui.sweeps.space import Value
from fmnist_tui.sweeps.storage import Location
from fmnist_tui.sweeps.trial_records import RunPlace, run_place

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.storages import BaseStorage, RDBStorage
    from optuna.trial import FrozenTrial


class TrialLost(Exception):
    """This process trains a trial that another one has taken over, because this one was silent for too long."""


class ClaimedTrial:
    """A trial whose worker is this process.

    Args:
        settings: The sweep's settings.
        location: Where the study is.
        storage: The study's storage.
        cached_storage: The same with a cache of finished trials.
        claimed: The trial as it was when it waited.

    Attributes:
        number: The trial's number in the study.
        continues: The number of the trial that it continues; None if it has values of its own.
        place: Where the run to continue is, or this trial's own.
    """

    def __init__(
        self,
        settings: SweepSettings,
        location: Location,
        storage: RDBStorage,
        cached_storage: BaseStorage,
        claimed: FrozenTrial,
    ) -> None:
        self._settings = settings
        self._location = location
        self._storage, self._cached_storage = storage, cached_storage
        self._id = claimed._trial_id
        self._optuna_trial: Trial | None = None
        self.number: int = claimed.number
        self.continues: int | None = claimed.user_attrs.get("continues")
        self.place = run_place(claimed)
        self.reported = dict(claimed.intermediate_values)

    def params(self) -> dict[str, Value]:
        """Return the trial's values; the sampler chooses those that are not known.

        Raises:
            TrialLost: Another process has taken it over.
        """
        from optuna import Trial, load_study

        with self._guarded(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # parts of the sampler are called experimental
            # A new study for each trial: one that asks for no trials would not notice the others'.
            study = load_study(
                study_name=self._settings.name,
                storage=self._cached_storage,
                sampler=sampler_of(self._settings, self.number),
                pruner=pruner_of(self._settings),
            )
            study.get_trials(deepcopy=False)  # its cache must know the trial, which `ask` would have made
            trial = self._optuna_trial = Trial(study, self._id)
            self._storage.set_trial_user_attr(self._id, "worker", f"{socket.gethostname()} {os.getpid()}")
            return {one.field: suggest(trial, one) for one in self._settings.dimensions()}

    def record_run(self, place: RunPlace) -> None:
        """Store where the trial's run is.

        Raises:
            TrialLost: Another process has taken it over.
        """
        self.place = place
        with self._guarded():
            for name, value in (("run", place.run), ("host", place.host), ("run_started", place.started)):
                self._storage.set_trial_user_attr(self._id, name, value)

    def report(self, epoch: int, accuracy: float) -> bool:
        """Report the validation accuracy after an epoch; return whether the trial is to be pruned.

        Raises:
            TrialLost: Another process has taken it over.
        """
        trial = self._optuna_trial
        if trial is None:
            raise RuntimeError("the values of a trial are asked for before it reports")
        with self._guarded():
            if epoch not in self.reported:
                trial.report(accuracy, epoch)  # not by the storage: the pruner sees the trial's own copy
                self.reported[epoch] = accuracy
            return bool(trial.should_prune())

    def beat(self) -> None:
        """Show that this process trains the trial.

        Raises:
            TrialLost: Another process has taken it over.
        """
        with self._guarded():
            self._storage.record_heartbeat(self._id)
            if self._storage.get_trial(self._id).state.is_finished():
                raise TrialLost

    def complete(self, accuracy: float) -> None:
        """Finish the trial with its result.

        Raises:
            TrialLost: Another process has taken it over.
        """
        self._finish("COMPLETE", accuracy)

    def prune(self, reason: str) -> None:
        """Finish the trial with what it has reached.

        Raises:
            TrialLost: Another process has taken it over.
        """
        last = self.reported[max(self.reported)] if self.reported else None
        self._finish("PRUNED", last, reason=reason)

    def fail(self, reason: str) -> None:
        """Finish the trial without a result; it is not repeated.

        Raises:
            TrialLost: Another process has taken it over.
        """
        self._finish("FAIL", None, reason=reason or "failed")

    def release(self, problem: str = "") -> None:
        """Leave the trial to the next worker, which continues its run.

        Args:
            problem: Why this worker can't train it; empty if it just ends.

        Raises:
            TrialLost: Another process has taken it over.
        """
        self._finish("FAIL", None, **({"problem": problem} if problem else {"released": True}))

    def _finish(self, state: str, value: float | None, **attributes: object) -> None:
        from optuna.trial import TrialState as OptunaState

        with self._guarded():
            for name, text in attributes.items():
                self._storage.set_trial_user_attr(self._id, name, text)
            self._storage.set_trial_state_values(self._id, OptunaState[state], None if value is None else [value])

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turn Optuna's refusal to change a finished trial into `TrialLost`, and other errors into `UserError`s."""
        from optuna.exceptions import UpdateFinishedTrialError

        with self._location.errors(f"can't write trial {self.number} of sweep {quote(self._settings.name)}"):
            try:
                yield
            except UpdateFinishedTrialError:
                raise TrialLost from None
