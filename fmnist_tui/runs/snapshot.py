"""A run as it stands: every event folded into one immutable picture, which is all that a view needs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

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
)
from fmnist_tui.formatting import loss_figure, percent
from fmnist_tui.runs.curve import Curve
from fmnist_tui.runs.diagnosis import Finding, findings

LOG_LINES = 200

EPOCHS_KEPT = 64
"""So many of the newest are kept whole; the curves tell of the others."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One thing that happened, for a person to read. `text` is plain: it may hold anything a file name may."""

    time: float
    text: str
    is_problem: bool = False


@dataclass(frozen=True, slots=True)
class Curves:
    """The four curves of a run; x is the time in epochs, so 2.5 is half-way through the third."""

    train_loss: Curve = field(default_factory=Curve)
    train_accuracy: Curve = field(default_factory=Curve)
    validation_loss: Curve = field(default_factory=Curve)
    validation_accuracy: Curve = field(default_factory=Curve)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One run at one moment. Cumulative: the newest snapshot makes every older one superfluous.

    Attributes:
        started: What the loop found and chose; None until everything is loaded.
        epoch: The epoch under way, from 1; 0 before the first.
        step: Steps of that epoch that are done.
        latest: The newest training figures; None before the first.
        best: The epoch with the best validation accuracy so far.
        ended: The run's last word; None while it goes on.
        non_finite: What ended it, if that was a loss or weights that are no finite numbers.
        plan_unavailable: Why it could not be resumed, if this machine lacks what it was trained with.
        epochs: The newest epochs that have ended.
        findings: What is going wrong, as far as these show it.
        learned: The newest record of what the network looks like; None before the first.
    """

    state: RunState = RunState.STARTING
    detail: str = ""
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
    checkpoints: dict[str, CheckpointSaved] = field(default_factory=dict)
    curves: Curves = field(default_factory=Curves)
    log: tuple[LogLine, ...] = ()
    epochs: tuple[EpochEnded, ...] = ()
    findings: tuple[Finding, ...] = ()
    learned: ProbeRecorded | None = None

    @property
    def epoch_fraction(self) -> float:
        """Share of the current epoch's steps that are done, 0 to 1."""
        return min(1.0, self.step / self.started.steps_per_epoch) if self.started else 0.0

    @property
    def fraction(self) -> float:
        """Share of the whole run that is done, 0 to 1."""
        if self.started is None or self.epoch == 0:
            return 0.0
        return min(1.0, (self.epoch - 1 + self.epoch_fraction) / self.started.config.epochs)

    @property
    def remaining_seconds(self) -> float | None:
        """Estimated training time left, from the average so far; None while there is nothing to go by."""
        if self.ended is not None or self.fraction == 0.0:
            return None
        return self.active_seconds * (1.0 - self.fraction) / self.fraction

    @property
    def epoch_remaining_seconds(self) -> float | None:
        """Estimated time left in the current epoch; None while there is nothing to go by."""
        if self.started is None or self.remaining_seconds is None:
            return None
        return self.active_seconds / self.fraction / self.started.config.epochs * (1.0 - self.epoch_fraction)

    @property
    def has_trained(self) -> bool:
        """Whether a batch was reported, saved or found broken. The folder of a run that ends before that is deleted."""
        return bool(self.latest or self.last_epoch or self.checkpoints or self.non_finite)

    @property
    def dataset_mark(self) -> str:
        """The label of the dataset, such as "DEMO"; empty for the default dataset, or before the start."""
        return mark_of(self.started.dataset) if self.started else ""

    def after(self, event: Event) -> "Snapshot":
        """The snapshot that follows from this one and the next event."""
        match event:
            case StateChanged():
                return self._noting(event, state=event.state, detail=event.detail)
            case RunStarted():
                return self._noting(event, started=event, download=None)
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
                return self._noting(event)
            case NonFiniteFound() | PlanUnavailable():
                cause = "non_finite" if isinstance(event, NonFiniteFound) else "plan_unavailable"
                return self._noting(event, **{cause: event})
            case RunEnded():
                return self._noting(event, state=event.state, detail=event.reason, ended=event, is_validating=False)

    def _noting(self, event: Event, **changes: object) -> "Snapshot":
        line = _log_line(event)
        return replace(self, log=(*self.log, line)[-LOG_LINES:], **changes)  # type: ignore[arg-type]

    def _after_resume(self, event: RunResumed) -> "Snapshot":
        """What came after the checkpoint is void: the run lives through it again."""
        before = self._until(event.epoch - 1 + event.step / event.started.steps_per_epoch)
        return before._noting(
            event,
            started=event.started,
            ended=None,
            non_finite=None,
            epoch=event.epoch if event.step else event.epoch - 1,
            step=event.step or (event.started.steps_per_epoch if event.epoch > 1 else 0),
            latest=None,
            best=event.best,
            active_seconds=event.active_seconds,
            findings=(),
            learned=None,
        )

    def _until(self, x: float) -> "Snapshot":
        """Return the snapshot without the epochs and the points after `x`, a time in epochs."""
        epochs = tuple(epoch for epoch in self.epochs if epoch.epoch <= x)
        known = epochs if self.best is None or self.best.epoch > x else (self.best, *epochs)
        curves = self.curves
        return replace(
            self,
            epochs=epochs,
            last_epoch=epochs[-1] if epochs else None,
            best=max(known, key=lambda epoch: epoch.validation_accuracy, default=None),
            curves=Curves(
                curves.train_loss.until(x),
                curves.train_accuracy.until(x),
                curves.validation_loss.until(x),
                curves.validation_accuracy.until(x),
            ),
        )

    def _after_steps(self, event: StepsDone) -> "Snapshot":
        per_epoch = self.started.steps_per_epoch if self.started else max(event.step, 1)
        x = event.epoch - 1 + event.step / per_epoch
        if self.epoch and x < self.epoch - 1 + self.epoch_fraction:  # an older log may have lost its resume
            return replace(self._until(x), epoch=0)._after_steps(event)
        return replace(
            self,
            epoch=event.epoch,
            step=event.step,
            is_validating=False,
            latest=event,
            active_seconds=event.active_seconds,
            curves=replace(
                self.curves,
                train_loss=self.curves.train_loss.with_point(x, event.loss),
                train_accuracy=self.curves.train_accuracy.with_point(x, event.accuracy),
            ),
        )

    def _after_epoch(self, event: EpochEnded) -> "Snapshot":
        if self.last_epoch and event.epoch <= self.last_epoch.epoch:  # likewise
            return self._until(event.epoch - 1)._after_epoch(event)
        epochs = (*self.epochs, event)[-EPOCHS_KEPT:]
        return self._noting(
            event,
            epochs=epochs,
            findings=self._findings(epochs, self.learned),
            epoch=event.epoch,
            step=self.started.steps_per_epoch if self.started else self.step,
            is_validating=False,
            last_epoch=event,
            best=event if event.is_best else self.best,
            active_seconds=event.active_seconds,
            curves=replace(
                self.curves,
                validation_loss=self.curves.validation_loss.with_point(event.epoch, event.validation_loss),
                validation_accuracy=self.curves.validation_accuracy.with_point(event.epoch, event.validation_accuracy),
            ),
        )

    def _findings(self, epochs: Sequence[EpochEnded], learned: ProbeRecorded | None) -> tuple[Finding, ...]:
        return findings(epochs, self.started.config, learned) if self.started else ()


def replay(events: Iterable[Event]) -> Snapshot:
    """The snapshot after all of `events`."""
    snapshot = Snapshot()
    for event in events:
        snapshot = snapshot.after(event)
    return snapshot


def _log_line(event: Event) -> LogLine:
    match event:
        case StateChanged(state=state, detail=detail):
            return LogLine(event.time, f"{state}: {detail}" if detail else str(state))
        case RunStarted():
            mark = f"{label} data, " if (label := mark_of(event.dataset)) else ""
            reason = f" ({event.plan_reason})" if event.plan_reason else ""
            return LogLine(
                event.time,
                f"run {event.run}: {event.config.model_name}, {event.parameters:,} parameters, {mark}"
                f"{event.train_images:,} images, {event.device} {event.precision}, {event.threads} threads{reason}",
            )
        case EpochEnded():
            best = " · best so far" if event.is_best else ""
            accuracy, loss = event.validation_accuracy, event.validation_loss
            return LogLine(
                event.time,
                f"epoch {event.epoch}: validation {percent(accuracy)}, loss {loss_figure(loss)}{best}",
            )
        case RunResumed():
            note = f"; {event.note}" if event.note else ""
            if not event.checkpoint:
                return LogLine(event.time, f"started again: no checkpoint had been saved{note}")
            return LogLine(event.time, f"resumed in epoch {event.epoch}, from checkpoint {event.checkpoint}{note}")
        case PlanUnavailable():
            return LogLine(event.time, event.problem, is_problem=True)
        case CheckpointQuarantined():
            text = f"checkpoint {event.name} is damaged and was set aside: {event.reason}"
            return LogLine(event.time, text, is_problem=True)
        case Warned():
            return LogLine(event.time, f"{event.text}. {event.remedy}.", is_problem=True)
        case NonFiniteFound():
            text = f"{event.what} nan or infinite in epoch {event.epoch} at step {event.step}"
            return LogLine(event.time, text, is_problem=True)
        case CheckpointFailed():
            return LogLine(event.time, f"could not save {event.name}: {event.reason}", is_problem=True)
        case RunEnded():
            return LogLine(event.time, f"{event.state}: {event.reason}", is_problem=event.state is RunState.FAILED)
        case _:
            return LogLine(event.time, event.type)
