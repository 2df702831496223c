"""The state of a run: all of its events folded into one immutable record, which is all that a view needs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import NamedTuple

from fmnist_tui.datasets import mark_of
from fmnist_tui.events import (
    CheckpointFailed,
    CheckpointQuarantined,
    CheckpointSaved,
    DownloadProgressed,
    EpochEnded,
    Event,
    NonFiniteFound,
    PlanUnavailable,
    ProbeRecorded,
    RunEnded,
    RunResumed,
    RunStarted,
    RunState,
    StateChanged,
    StepsDone,
    ValidationStarted,
    Warned,
    best_of,
)
from fmnist_tui.runs.curve import Curve
from fmnist_tui.runs.diagnosis import Finding, findings
from fmnist_tui.runs.event_text import LogLine, log_line
from fmnist_tui.runs.pace import Pace

LOG_LINES = 200

MAX_EPOCHS = 64
"""The number of newest epochs that a snapshot contains; of earlier ones it has the curves."""


class Curves(NamedTuple):
    """The four curves of a run; x is the time in epochs: 2.5 is the middle of the third epoch."""

    train_loss: Curve = Curve()
    train_accuracy: Curve = Curve()
    validation_loss: Curve = Curve()
    validation_accuracy: Curve = Curve()


@dataclass(frozen=True, slots=True)
class RunSnapshot:
    """One run at one moment. It is cumulative: the newest snapshot replaces all earlier ones.

    Attributes:
        first: How the run started; None until everything is loaded.
        started: How it was last started or resumed: its data, device and plan.
        epoch: The current epoch, from 1; 0 before the first.
        step: The number of steps done in that epoch.
        latest: The newest training metrics; None before the first.
        best: The epoch with the best validation accuracy so far.
        ended: The run's last event; None while it continues.
        non_finite: The loss or weights that ended the run because they are not finite.
        plan_unavailable: The device or precision that a resume needs and this machine lacks.
        pace: The duration of the newest epochs.
        epochs: The newest epochs that have ended.
        findings: The problems that these epochs show.
        learned: The newest record of a probe; None before the first.
    """

    state: RunState = RunState.STARTING
    detail: str = ""
    first: RunStarted | None = None
    started: RunStarted | None = None
    download: DownloadProgressed | None = None
    epoch: int = 0
    step: int = 0
    is_validating: bool = False
    latest: StepsDone | None = None
    last_epoch: EpochEnded | None = None
    best: EpochEnded | None = None
    ended: RunEnded | None = None
    non_finite: NonFiniteFound | None = None
    plan_unavailable: PlanUnavailable | None = None
    active_seconds: float = 0.0
    pace: Pace = field(default_factory=Pace)
    checkpoints: dict[str, CheckpointSaved] = field(default_factory=dict)
    curves: Curves = field(default_factory=Curves)
    log: tuple[LogLine, ...] = ()
    epochs: tuple[EpochEnded, ...] = ()
    findings: tuple[Finding, ...] = ()
    learned: ProbeRecorded | None = None

    @property
    def epoch_fraction(self) -> float:
        """The share of the current epoch's steps that are done, 0 to 1."""
        return min(1.0, self.step / self.started.steps_per_epoch) if self.started else 0.0

    @property
    def fraction(self) -> float:
        """The share of the whole run that is done, 0 to 1."""
        if self.started is None or self.epoch == 0:
            return 0.0
        return min(1.0, (self.epoch - 1 + self.epoch_fraction) / self.started.config.epochs)

    @property
    def remaining_seconds(self) -> float | None:
        """Estimated training time left in seconds, from the newest epochs; None before the first steps."""
        return None if self.started is None else self._remaining_until(self.started.config.epochs)

    @property
    def epoch_remaining_seconds(self) -> float | None:
        """Estimated training time left in the current epoch in seconds; None before the first steps."""
        return self._remaining_until(self.epoch)

    def _remaining_until(self, epoch: int) -> float | None:
        if self.ended is not None or self.epoch == 0:
            return None
        return self.pace.remaining(self.epoch - 1 + self.epoch_fraction, self.active_seconds, epoch)

    @property
    def has_trained(self) -> bool:
        """Whether a step was reported, saved or not finite. The folder of a run that ends before that is deleted."""
        return bool(self.latest or self.last_epoch or self.checkpoints or self.non_finite)

    @property
    def dataset_mark(self) -> str:
        """The label of the dataset, such as "DEMO"; empty for the default dataset, or before the start."""
        return mark_of(self.started.dataset) if self.started else ""

    def after(self, event: Event) -> "RunSnapshot":
        """Return the snapshot after one more event."""
        match event:
            case StateChanged():
                return self._logged(event, state=event.state, detail=event.detail, ended=None)
            case RunStarted():
                return self._logged(event, first=self.first or event, started=event, download=None)
            case DownloadProgressed():
                return replace(self, download=event)
            case RunResumed():
                return self._after_resume(event)
            case StepsDone():
                return self._after_steps(event)
            case ValidationStarted():
                return replace(self, is_validating=True)
            case EpochEnded():
                return self._after_epoch(event)
            case ProbeRecorded():
                return replace(self, learned=event, findings=self._findings(self.epochs, event))
            case CheckpointSaved():
                return replace(self, checkpoints={**self.checkpoints, event.name: event})
            case CheckpointFailed() | CheckpointQuarantined() | Warned():
                return self._logged(event)
            case NonFiniteFound() | PlanUnavailable():
                cause = "non_finite" if isinstance(event, NonFiniteFound) else "plan_unavailable"
                return self._logged(event, **{cause: event})
            case RunEnded():
                return self._logged(event, state=event.state, detail=event.reason, ended=event, is_validating=False)

    def _logged(self, event: Event, **changes: object) -> "RunSnapshot":
        return replace(self, log=(*self.log, log_line(event))[-LOG_LINES:], **changes)  # type: ignore[arg-type]

    def _after_resume(self, event: RunResumed) -> "RunSnapshot":
        """Drop what came after the checkpoint: the run repeats it."""
        before = self._until(event.epoch - 1 + event.step / event.started.steps_per_epoch)
        return before._logged(
            event,
            first=self.first or event.started,
            started=event.started,
            ended=None,
            non_finite=None,
            epoch=event.epoch if event.step else event.epoch - 1,
            step=event.step or (event.started.steps_per_epoch if event.epoch > 1 else 0),
            latest=None,
            best=event.best,
            active_seconds=event.active_seconds,
            pace=before.pace.resumed(
                event.epoch - 1 + event.step / event.started.steps_per_epoch, event.active_seconds
            ),
            findings=(),
            learned=None,
        )

    def _until(self, x: float) -> "RunSnapshot":
        """Return the snapshot without the epochs and the points after `x`, a time in epochs."""
        epochs = tuple(epoch for epoch in self.epochs if epoch.epoch <= x)
        earlier = self.best if self.best and self.best.epoch <= x else None
        return replace(
            self,
            epochs=epochs,
            last_epoch=epochs[-1] if epochs else None,
            best=reduce(best_of, epochs, earlier),
            curves=Curves(*(curve.until(x) for curve in self.curves)),
        )

    def _after_steps(self, event: StepsDone) -> "RunSnapshot":
        per_epoch = self.started.steps_per_epoch if self.started else max(event.step, 1)
        x = event.epoch - 1 + event.step / per_epoch
        if self.epoch and x < self.epoch - 1 + self.epoch_fraction:  # a log of an earlier version may lack its resume
            return replace(self._until(x), epoch=0)._after_steps(event)
        return replace(
            self,
            epoch=event.epoch,
            step=event.step,
            is_validating=False,
            latest=event,
            active_seconds=event.active_seconds,
            curves=self.curves._replace(
                train_loss=self.curves.train_loss.with_point(x, event.loss),
                train_accuracy=self.curves.train_accuracy.with_point(x, event.accuracy),
            ),
        )

    def _after_epoch(self, event: EpochEnded) -> "RunSnapshot":
        if self.last_epoch and event.epoch <= self.last_epoch.epoch:  # as above
            return self._until(event.epoch - 1)._after_epoch(event)
        epochs = (*self.epochs, event)[-MAX_EPOCHS:]
        return self._logged(
            event,
            epochs=epochs,
            findings=self._findings(epochs, self.learned),
            epoch=event.epoch,
            step=self.started.steps_per_epoch if self.started else self.step,
            is_validating=False,
            last_epoch=event,
            best=best_of(self.best, event),
            active_seconds=event.active_seconds,
            pace=self.pace.after_epoch(event.epoch, self.active_seconds, event.active_seconds),
            curves=self.curves._replace(
                validation_loss=self.curves.validation_loss.with_point(event.epoch, event.validation_loss),
                validation_accuracy=self.curves.validation_accuracy.with_point(event.epoch, event.validation_accuracy),
            ),
        )

    def _findings(self, epochs: Sequence[EpochEnded], learned: ProbeRecorded | None) -> tuple[Finding, ...]:
        return findings(epochs, self.started.config, learned) if self.started else ()


def replay(events: Iterable[Event]) -> RunSnapshot:
    """Return the snapshot after all of `events`."""
    return reduce(RunSnapshot.after, events, RunSnapshot())
