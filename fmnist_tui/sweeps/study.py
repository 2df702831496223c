"""A sweep as the Optuna study that its workers share: who trains which trial, and what became of it.

Every change of a trial's state is one transaction of the database, which only one process can make: from waiting to
running when a worker claims it, from running to its end when it is told the result, or when its worker is considered
dead. A trial has one worker in its life: what is taken over is a new trial, so a worker that was only asleep finds its
trial finished, and nothing that it does counts.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote
from fmnist_tui.sweeps.claimed_trial import ClaimedTrial
from fmnist_tui.sweeps.optuna_terms import distribution
from fmnist_tui.sweeps.settings import SweepSettings
from fmnist_tui.sweeps.slots import Attempt, NextAttempt, TrialState, is_done, is_duplicate, next_attempts
from fmnist_tui.sweeps.space import Value
from fmnist_tui.sweeps.storage import Location, heartbeat_seconds
from fmnist_tui.sweeps.trial_records import RUN_ATTRIBUTES, attempt_of, state_of

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import RDBStorage
    from optuna.trial import FrozenTrial

SETTINGS, STOPPED, STOP_TRIAL = "fmnist-tui", "stopped", "stop trial {}"
"""Attributes of a study."""


class Sweep:
    """The study of a sweep. Methods raise `UserError` if the database can't be reached.

    Args:
        settings: What the sweep does.
        location: Where the study is.
        storage: The study's storage; opened with heartbeats by a process that trains trials.
    """

    def __init__(self, settings: SweepSettings, location: Location, storage: RDBStorage) -> None:
        import optuna

        self.settings = settings
        self.location = location
        self.storage = storage
        with self._errors("read"):
            self.study_id = storage.get_study_id_from_name(settings.name)
            # The same with a cache of finished trials: a large study takes seconds to read.
            self._cached_storage = optuna.load_study(study_name=settings.name, storage=storage)._storage
        self._repeats_failed = settings.sampler != "grid"

    @property
    def heartbeat_seconds(self) -> int:
        """The time between two signs of life of a worker."""
        return heartbeat_seconds(self.settings.takeover_seconds)

    def trials(self) -> list[FrozenTrial]:
        """Return all trials of this sweep, as they are now; none that another program has added to the study."""
        with self._errors("read"):
            trials = self._cached_storage.get_all_trials(self.study_id, deepcopy=False)
        attempts = ((trial, attempt_of(trial)) for trial in trials)
        return [trial for trial, one in attempts if one is not None and 0 <= one.slot < self.settings.trials]

    def attempts(self) -> list[Attempt]:
        """Return all trials as the slots need them."""
        return [attempt for trial in self.trials() if (attempt := attempt_of(trial)) is not None]

    def is_done(self) -> bool:
        """Return whether no trial is missing, waiting or running."""
        return is_done(self.attempts(), self.settings.trials, repeats_failed=self._repeats_failed)

    def stopped_by(self) -> str:
        """Return who stopped the sweep; empty if it is not stopped."""
        return str(self._attributes().get(STOPPED) or "")

    def stop(self, by: str) -> None:
        """Let the workers save their runs and end; what is left is continued after `unstop`."""
        self._set_attribute(STOPPED, by)

    def unstop(self) -> None:
        """Let the sweep be worked on again."""
        self._set_attribute(STOPPED, "")

    def stop_trial(self, number: int, by: str) -> None:
        """End a trial with what it has reached.

        Raises:
            UserError: There is no such trial, or it is not running.
        """
        trial = next((trial for trial in self.trials() if trial.number == number), None)
        if trial is None or state_of(trial) is not TrialState.RUNNING:
            state = "does not exist" if trial is None else f"is {state_of(trial)}"
            raise UserError(
                f"trial {number} of sweep {quote(self.settings.name)} {state}",
                f"`fmnist-tui sweep show {self.settings.name}` lists the trials",
            )
        self._set_attribute(STOP_TRIAL.format(number), by)

    def trial_stopped_by(self, number: int) -> str:
        """Return who wants to end a trial; empty if nobody."""
        return str(self._attributes().get(STOP_TRIAL.format(number)) or "")

    def add_missing(self) -> None:
        """Take over the trials of dead workers, and add the trials that are missing.

        Any number of workers may do this at once: see `slots`.
        """
        import optuna

        with self._errors("continue"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an experimental function
            if self.storage.get_heartbeat_interval() is not None:
                optuna.storages.fail_stale_trials(self._study())
        trials = {trial.number: trial for trial in self.trials()}
        attempts = [attempt for trial in trials.values() if (attempt := attempt_of(trial)) is not None]
        for missing in next_attempts(attempts, self.settings.trials, repeats_failed=self._repeats_failed):
            self._add(missing, None if missing.continues is None else trials[missing.continues])

    def _add(self, missing: NextAttempt, before: FrozenTrial | None) -> None:
        import optuna

        distributions = {one.field: distribution(one) for one in self.settings.dimensions()}
        if before is None:
            params: Mapping[str, Value] = (
                self.settings.first_params(missing.slot) if missing.attempt == 0 else {}
            ) or {}
            values: dict[int, float] = {}
        else:
            params, values = before.params, before.intermediate_values
        attributes = {"slot": missing.slot, "attempt": missing.attempt, "lost_workers": missing.lost_workers}
        if before is not None:
            attributes |= {"continues": before.number, "inherited_epochs": len(values)}
            attributes |= {name: before.user_attrs[name] for name in RUN_ATTRIBUTES if name in before.user_attrs}
        with self._errors("add a trial to"):
            self._study().add_trial(
                optuna.trial.create_trial(
                    state=optuna.trial.TrialState.WAITING,
                    params={name: params[name] for name in distributions if name in params},
                    distributions={name: one for name, one in distributions.items() if name in params},
                    user_attrs=attributes,
                    intermediate_values=dict(values),
                )
            )

    def claim(self) -> ClaimedTrial | None:
        """Make this process the worker of a waiting trial; None if none waits."""
        import optuna

        # What was begun is continued before anything else is.
        for waiting in sorted(self.trials(), key=lambda trial: (not trial.intermediate_values, trial.number)):
            if waiting.state is not optuna.trial.TrialState.WAITING:
                continue
            identifier = waiting._trial_id
            with self._errors("claim a trial of"):
                # The heartbeat comes first: a running trial without any would never be considered dead.
                self.storage.record_heartbeat(identifier)
                try:
                    if not self.storage.set_trial_state_values(identifier, optuna.trial.TrialState.RUNNING):
                        continue
                except optuna.exceptions.UpdateFinishedTrialError:
                    continue
            trial = ClaimedTrial(self.settings, self.location, self.storage, self._cached_storage, waiting)
            if is_duplicate(waiting.number, self.attempts()):
                trial.fail("another trial was added for the same attempt at the same moment")
                continue
            return trial
        return None

    def _study(self) -> Study:
        import optuna

        return optuna.load_study(study_name=self.settings.name, storage=self._cached_storage)

    def _attributes(self) -> dict[str, Any]:
        with self._errors("read"):
            return self.storage.get_study_user_attrs(self.study_id)

    def _set_attribute(self, name: str, value: str) -> None:
        with self._errors("change"):
            self.storage.set_study_user_attr(self.study_id, name, value)

    def _errors(self, verb: str) -> AbstractContextManager[None]:
        return self.location.errors(f"can't {verb} sweep {quote(self.settings.name)}")


def create_sweep(settings: SweepSettings, location: Location) -> Sweep:
    """Make the study of a new sweep, with its first trials waiting.

    Raises:
        UserError: There is a sweep or a study with that name, or the database can't be written.
    """
    import optuna

    storage = location.open(settings.name, settings.takeover_seconds, create=True)
    with location.errors(f"can't make sweep {quote(settings.name)}"):
        try:
            study_id = storage.create_new_study([optuna.study.StudyDirection.MAXIMIZE], settings.name)
        except optuna.exceptions.DuplicatedStudyError:
            raise UserError(
                f"there is a sweep {quote(settings.name)} in {location.title} already",
                f"Choose another name, or work on it with `fmnist-tui sweep work {settings.name}`",
            ) from None
        storage.set_study_user_attr(study_id, SETTINGS, settings.model_dump_json())
    sweep = Sweep(settings, location, storage)
    sweep.add_missing()
    return sweep


def open_sweep(name: str, location: Location, *, works: bool = False) -> Sweep:
    """Return a sweep.

    Args:
        name: Its name.
        location: Where it is.
        works: Whether this process trains trials.

    Raises:
        UserError: There is none, it can't be read, or the study is not one of this program.
    """
    storage = location.open(name)
    settings = _read_settings(name, location, storage)
    if works:  # the interval of the heartbeats is one of the settings
        storage.engine.dispose()
        storage = location.open(name, settings.takeover_seconds)
    return Sweep(settings, location, storage)


def _read_settings(name: str, location: Location, storage: RDBStorage) -> SweepSettings:
    with location.errors(f"can't read sweep {quote(name)}"):
        try:
            attributes = storage.get_study_user_attrs(storage.get_study_id_from_name(name))
        except KeyError:
            raise UserError(
                f"there is no sweep {quote(name)} in {location.title}", "`fmnist-tui sweep list` lists all"
            ) from None
    try:
        return SweepSettings.from_json(attributes.get(SETTINGS))
    except UserError as error:
        raise UserError(f"can't read sweep {quote(name)}: {error.problem}", error.remedy) from error


def sweep_names(location: Location) -> list[str]:
    """Return the names of the sweeps in a location; in a database, studies of other programs are left out.

    Raises:
        UserError: It can't be read.
    """
    if location.is_local:
        return location.names()
    storage = location.open("")
    with location.errors("can't list the sweeps"):
        return sorted(study.study_name for study in storage.get_all_studies() if SETTINGS in study.user_attrs)
