"""A worker of a sweep: trains one trial after another until the sweep is done. Any number may work on one sweep."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeVar

from fmnist_tui.engine.session import Session
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunEnded, RunState
from fmnist_tui.formatting import percent
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.resolve import require_free_name
from fmnist_tui.sweeps.claimed_trial import ClaimedTrial, TrialLost
from fmnist_tui.sweeps.continued_run import ContinuedRun, continued_run
from fmnist_tui.sweeps.heartbeat import Ending
from fmnist_tui.sweeps.space import params_text
from fmnist_tui.sweeps.study import Sweep
from fmnist_tui.sweeps.trial_sink import TrialSink
from fmnist_tui.training.control import Control

if TYPE_CHECKING:
    from fmnist_tui.data.dataset import Dataset

POLL_SECONDS = 0.25

MAX_LOOK_SECONDS = 5.0
"""How long a worker without a trial waits until it looks for one again."""

RETRY_SECONDS = (1, 2, 4, 8, 15, 30)
"""The pauses between attempts to reach the database: a server may be restarted meanwhile."""

MAX_UNSTARTED = 5
"""A worker ends after this many trials in a row that it could not start: this machine can't train them."""

Result = TypeVar("Result")


class WorkEnd(Enum):
    """Why a worker has ended."""

    DONE = auto()
    ENOUGH = auto()
    """It has trained as many trials as it was asked for."""

    STOPPED = auto()
    INTERRUPTED = auto()


class SweepWorker:
    """Train the trials of a sweep on the calling thread.

    Args:
        sweep: The sweep, opened to work on it.
        report: Receives a sentence, without its capital letter and full stop, for each thing that happens.
        max_trials: How many trials to train at most; None for no limit.
    """

    def __init__(self, sweep: Sweep, report: Callable[[str], None], *, max_trials: int | None = None) -> None:
        self._sweep = sweep
        self._report = report
        self._max_trials = max_trials
        self._trained = 0
        self._unstarted = 0
        self._interrupted_by = ""
        self._control: Control | None = None
        self._dataset: Dataset | None = None

    def interrupt(self, by: str) -> None:
        """Save the run that is being trained, leave its trial to another worker, and end; for signal handlers.

        Args:
            by: Who or what interrupts, such as "by SIGTERM".
        """
        self._interrupted_by = by
        if self._control is not None:
            self._control.stop(by)

    def run(self) -> WorkEnd:
        """Train trials until the sweep is done; return why no further one is trained.

        Raises:
            UserError: The database can't be reached, or this machine can't train: the last trial is left to others.
        """
        while not self._interrupted_by:
            if by := self._retried(self._sweep.stopped_by):
                self._report(f"the sweep was stopped {by}")
                return WorkEnd.STOPPED
            if self._max_trials is not None and self._trained >= self._max_trials:
                return WorkEnd.ENOUGH
            self._retried(self._sweep.add_missing)
            if self._retried(self._sweep.is_done):
                return WorkEnd.DONE
            self._load_dataset()
            trial = None if self._interrupted_by else self._retried(self._sweep.claim)
            if trial is None:
                self._wait(min(self._sweep.heartbeat_seconds, MAX_LOOK_SECONDS))
                continue
            try:
                self._train(trial)
            except TrialLost:
                self._report(f"trial {trial.number} was taken over by another worker, because this one was silent")
        return WorkEnd.INTERRUPTED

    def _load_dataset(self) -> None:
        """Load the images, which are the same for all trials, before the first trial is claimed.

        Raises:
            UserError: This machine does not have them.
        """
        if self._dataset is not None:
            return
        from fmnist_tui.data.dataset import load_dataset

        self._dataset = load_dataset(self._sweep.settings.config, should_stop=lambda: bool(self._interrupted_by))

    def _train(self, trial: ClaimedTrial) -> None:
        try:
            params = trial.params()
            config = self._sweep.settings.config_of(params)
        except UserError as error:
            trial.fail(error.line())
            return
        self._trained += 1
        self._control = control = Control()
        sink = TrialSink(self._sweep, trial, config, control, self._report)
        if self._interrupted_by:
            control.stop(self._interrupted_by)
        with sink.heartbeat:
            before = continued_run(trial.place, config)
            self._report(f"trial {trial.number}{_origin(trial, before)}: {params_text(params)}")
            if before is not None and before.accuracy is not None:
                self._retried(lambda: trial.complete(before.accuracy or 0.0))
                return
            session = Session([sink], control=control, dataset=self._dataset)
            if before is not None:
                ended = session.resume(before.folder, replay_history=False)
            else:
                ended = session.train(config, self._labels(trial))
            self._control = None
            self._finish(trial, sink, ended)

    def _finish(self, trial: ClaimedTrial, sink: TrialSink, ended: RunEnded) -> None:
        """Store what became of a trial whose run has ended.

        Raises:
            TrialLost: Another worker has taken it over.
            UserError: The database can't be reached, or this machine can't train.
        """
        if sink.ending is Ending.LOST:
            raise TrialLost
        title = f"trial {trial.number}"
        if ended.state is RunState.FINISHED:
            accuracy = ended.best_validation_accuracy
            self._retried(lambda: trial.complete(accuracy))
            self._report(f"{title} is complete, best validation accuracy {percent(accuracy)}")
        elif ended.state is RunState.FAILED and sink.has_trained:
            self._retried(lambda: trial.fail(ended.reason))
            self._report(f"{title} has failed: {ended.reason.rstrip('.')}")
        elif ended.state is RunState.FAILED:
            self._give_up(trial, ended.reason)
        elif self._interrupted_by or sink.ending is Ending.RELEASED:
            self._retried(trial.release)
            self._report(f"{title} is left to the next worker")
        elif sink.ending is Ending.PRUNED:
            self._retried(lambda: trial.prune(""))
            self._report(f"{title} is pruned after epoch {ended.epochs}")
        elif self._retried(self._sweep.stopped_by):  # its run was asked, before the heartbeat noticed
            self._retried(trial.release)
        else:
            self._retried(lambda: trial.prune(f"stopped {sink.by}" if sink.by else ended.reason))
            self._report(f"{title} was stopped after epoch {ended.epochs}")
        self._unstarted = 0 if sink.has_trained else self._unstarted

    def _give_up(self, trial: ClaimedTrial, reason: str) -> None:
        """Leave a trial that can't be started here to another machine.

        Raises:
            UserError: Too many could not be started here.
        """
        self._retried(lambda: trial.release(reason))
        self._report(f"trial {trial.number} can't be trained here: {reason.rstrip('.')}")
        self._unstarted += 1
        if self._unstarted >= MAX_UNSTARTED:
            raise UserError(f"{self._unstarted} trials in a row can't be trained on this machine: {reason}")

    def _labels(self, trial: ClaimedTrial) -> RunLabels:
        name = self._sweep.settings.name
        labels = RunLabels.of(name=f"{name}-{trial.number}", tags=(f"sweep:{name}",))
        try:
            require_free_name(labels.name)
        except UserError:
            return labels.changed(name="")  # another run of this home has it: the tag will do
        return labels

    def _retried(self, action: Callable[[], Result]) -> Result:
        """Do something with the study; wait if the database can't be reached.

        Raises:
            UserError: It could not be reached for a minute.
        """
        for seconds in RETRY_SECONDS:
            try:
                return action()
            except UserError as error:
                if self._interrupted_by:
                    raise
                self._report(f"{error.line().rstrip('.')}; trying again in {seconds} s")
                self._wait(seconds)
        return action()

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._interrupted_by and time.monotonic() < until:
            time.sleep(POLL_SECONDS)


def _origin(trial: ClaimedTrial, before: ContinuedRun | None) -> str:
    if trial.continues is None:
        return ""
    if before is None:
        return f" repeats trial {trial.continues}, whose run is not here or is locked"
    return f" continues trial {trial.continues}"
