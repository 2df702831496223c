"""Follows the run of a trial: reports each epoch to the study, and ends the run if the trial is pruned or lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.errors import UserError
from fmnist_tui.events import EpochEnded, Event, RunStarted
from fmnist_tui.formatting import percent
from fmnist_tui.runs.run_progress import RunProgress
from fmnist_tui.sweeps.claimed_trial import ClaimedTrial, TrialLost
from fmnist_tui.sweeps.heartbeat import Ending, Heartbeat
from fmnist_tui.sweeps.study import Sweep
from fmnist_tui.sweeps.trial_records import RunPlace
from fmnist_tui.training.control import Control


class TrialSink(EventSink):
    """Follow the run of a trial.

    Args:
        sweep: The sweep.
        trial: The trial.
        config: What the run trains.
        control: Ends the run.
        report: Receives a sentence for each epoch and each problem.

    Attributes:
        heartbeat: The trial's heartbeat, which must run while the run does.
        ending: Why the run was asked to end early; None if it was not, or not from here.
        by: Who wants that.
    """

    def __init__(
        self, sweep: Sweep, trial: ClaimedTrial, config: RunConfig, control: Control, report: Callable[[str], None]
    ) -> None:
        self._name = sweep.settings.name
        self._trial = trial
        self._config = config
        self._control = control
        self._report = report
        self._progress = RunProgress()
        self._lock = threading.Lock()
        self.heartbeat = Heartbeat(sweep, trial, self.end)
        self.ending: Ending | None = None
        self.by = ""

    @property
    def has_trained(self) -> bool:
        """Whether a batch was trained."""
        return self._progress.has_trained

    def end(self, ending: Ending, by: str) -> None:
        """End the run; the first reason counts, except that a lost trial's run saves nothing."""
        with self._lock:
            if self.ending is Ending.LOST or (self.ending is not None and ending is not Ending.LOST):
                return
            self.ending, self.by = ending, by
        if ending is Ending.LOST:
            self._control.abandon()
        else:
            self._control.stop(by)

    def __call__(self, event: Event, /) -> None:
        self.heartbeat.confirm()
        self._progress.update(event)
        try:
            if isinstance(event, RunStarted):
                self._trial.record_run(RunPlace(event.run, event.host, event.time))
            elif isinstance(event, EpochEnded):
                self._report_epoch(event)
        except TrialLost:
            self.end(Ending.LOST, "")
        except UserError as error:
            self._report(f"{error.line().rstrip('.')}; the training continues")

    def _report_epoch(self, event: EpochEnded) -> None:
        text = f"epoch {event.epoch} of {self._config.epochs}, validation accuracy {percent(event.validation_accuracy)}"
        self._report(f"trial {self._trial.number}: {text}")
        should_prune = self._trial.report(event.epoch, event.validation_accuracy)
        if should_prune and event.epoch < self._config.epochs:
            self.end(Ending.PRUNED, f"by the pruner of sweep {self._name}")
