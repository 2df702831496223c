"""A run's events as output: JSON lines for programs, plain lines for pipes, a live table for people."""

from collections.abc import Iterator
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from fmnist_tui.cli.terminal import plain
from fmnist_tui.datasets import mark_of
from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.events import (
    CheckpointFailed,
    CheckpointQuarantined,
    DownloadProgressed,
    EpochEnded,
    Event,
    RunEnded,
    RunResumed,
    RunStarted,
    RunState,
    StateChanged,
    StepsDone,
    Warned,
    to_line,
)
from fmnist_tui.formatting import INTERVAL_LABEL, count, duration, loss_figure, measured_accuracy, percent
from fmnist_tui.runs.snapshot import Snapshot
from fmnist_tui.sanitize import ascii_json, printable

HEADINGS = ("epoch", "train loss", "train acc", "val loss", "val acc", "learn rate", "images/s", "time")
WIDTHS = (7, 10, 9, 8, 9, 10, 8, 8)
"""Of the columns; with the mark of the best epoch, a line of up to 9,999 epochs fits into 80 columns."""

BEST_MARK = " *"


class _Lines(EventSink):
    """Writes lines as they come."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        print(printable(line), file=self._stream, flush=True)


class JsonLines(_Lines):
    """One JSON event a line."""

    def __call__(self, event: Event) -> None:
        self.write(ascii_json(to_line(event)))


class PlainLines(_Lines):
    """What happened and one line an epoch, for pipes and logs."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._snapshot = Snapshot()
        self._file = ""

    def __call__(self, event: Event) -> None:
        self._snapshot = self._snapshot.after(event)
        match event:
            case RunStarted():
                for line in (_opening(event), _row(HEADINGS)):
                    self.write(line)
            case RunResumed():
                for line in (_opening(event.started), _resuming(event), _row(HEADINGS)):
                    self.write(line)
            case Warned() | CheckpointFailed() | CheckpointQuarantined():
                self.write(self._snapshot.log[-1].text)
            case EpochEnded():
                self.write(_epoch_row(event, self._snapshot))
            case DownloadProgressed(file=file) if file != self._file:
                self._file = file
                self.write(f"fetching {file}")
            case RunEnded() if event.state is not RunState.FAILED:  # of a failure, the command tells on stderr
                for line in _closing(event, self._snapshot):
                    self.write(line)


class LiveTable(EventSink):
    """A row for each epoch, and beneath them a bar that moves."""

    def __init__(self, terminal: Console) -> None:
        self._terminal = terminal
        self._snapshot = Snapshot()
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:>3.0f} %", markup=False),
            TextColumn("{task.fields[figures]}", markup=False),
            TimeRemainingColumn(compact=True),
            console=terminal,
            transient=True,
            expand=True,
        )
        self._bar = self._progress.add_task("starting", total=None, figures="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        self._snapshot = self._snapshot.after(event)
        match event:
            case StateChanged(state=state, detail=detail) if state is not RunState.TRAINING:
                self._progress.update(self._bar, description=printable(detail or state))
            case DownloadProgressed():
                self._show_download(event)
            case RunStarted():
                self._progress.reset(self._bar, total=event.config.epochs * event.steps_per_epoch, completed=0)
                self._terminal.print(plain(_opening(event)))
                self._terminal.print(Text(_row(HEADINGS), style="bold"), no_wrap=True)
            case RunResumed():
                steps = event.started.steps_per_epoch
                self._progress.reset(
                    self._bar,
                    total=event.started.config.epochs * steps,
                    completed=(event.epoch - 1) * steps + event.step,
                )
                for line in (_opening(event.started), _resuming(event)):
                    self._terminal.print(plain(line))
                self._terminal.print(Text(_row(HEADINGS), style="bold"), no_wrap=True)
            case Warned() | CheckpointFailed() | CheckpointQuarantined():
                self._terminal.print(plain(self._snapshot.log[-1].text, style="red"))
            case StepsDone():
                self._show_steps(event)
            case EpochEnded():
                style = "green" if event.is_best else ""
                self._terminal.print(Text(_epoch_row(event, self._snapshot), style=style, no_wrap=True))
            case RunEnded():
                self._progress.stop()
                if event.state is not RunState.FAILED:
                    for line in _closing(event, self._snapshot):
                        self._terminal.print(plain(line))

    def _show_download(self, event: DownloadProgressed) -> None:
        total = event.total_bytes or None
        self._progress.update(
            self._bar, description=f"fetching {printable(event.file)}", completed=event.done_bytes, total=total
        )

    def _show_steps(self, event: StepsDone) -> None:
        started = self._snapshot.started
        if started is None:
            return
        self._progress.update(
            self._bar,
            description=f"epoch {event.epoch}/{started.config.epochs}",
            completed=(event.epoch - 1) * started.steps_per_epoch + event.step,
            figures=f"loss {event.loss:.3f}  acc {percent(event.accuracy, 1)}  {count(event.images_per_second)}/s",
        )


def _row(cells: tuple[str, ...]) -> str:
    return " ".join(cell.rjust(width) for cell, width in zip(cells, WIDTHS, strict=True))


def _epoch_row(event: EpochEnded, snapshot: Snapshot) -> str:
    epochs = snapshot.started.config.epochs if snapshot.started else event.epoch
    cells = (
        f"{event.epoch}/{epochs}",
        loss_figure(event.train_loss),
        percent(event.train_accuracy),
        loss_figure(event.validation_loss),
        percent(event.validation_accuracy),
        f"{event.learning_rate:.2e}",
        count(event.images_per_second),
        duration(event.active_seconds),
    )
    return _row(cells) + (BEST_MARK if event.is_best else "")


def _opening(event: RunStarted) -> str:
    mark = f"{label} data · " if (label := mark_of(event.dataset)) else ""
    return (
        f"{mark}run {event.run} · {event.config.model_name} · "
        f"{event.parameters:,} parameters · {event.train_images:,} + {event.validation_images:,} images · "
        f"{event.device} {event.precision}, {event.threads} threads ·{BEST_MARK} marks each best epoch"
    )


def _resuming(event: RunResumed) -> str:
    """What a resumed run's figures are to be read under."""
    note = f" · {event.note}" if event.note else ""
    if not event.checkpoint:
        return f"started again: no checkpoint had been saved{note}"
    place = f"epoch {event.epoch}, step {event.step} of {event.started.steps_per_epoch}"
    return f"resumed in {place}, from checkpoint {event.checkpoint}{note}"


def _closing(event: RunEnded, snapshot: Snapshot) -> Iterator[str]:
    mark = f"{snapshot.dataset_mark} data: " if snapshot.dataset_mark else ""
    images = snapshot.started.validation_images if snapshot.started else None
    accuracy = measured_accuracy(event.best_validation_accuracy, images, label=INTERVAL_LABEL)
    best = f"{mark}best validation accuracy {accuracy} in epoch {event.best_epoch}"
    figures = f"; {best}" if event.best_epoch else ""
    yield f"{event.state}: {event.reason}{figures}; {duration(event.active_seconds)} of training"
    for finding in snapshot.findings:
        yield f"finding: {finding.text}; for the next run: {finding.remedy}"
    if snapshot.started and event.state is RunState.STOPPED:
        yield f"go on: fmnist-tui resume {snapshot.started.run}"
    if snapshot.started and snapshot.checkpoints:
        yield f"test it: fmnist-tui test {snapshot.started.run}"
