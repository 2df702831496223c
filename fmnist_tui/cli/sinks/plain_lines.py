"""Output for pipes and logs: what happened, and one line for each epoch."""

from collections.abc import Iterator
from typing import IO

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
    Warned,
)
from fmnist_tui.formatting import (
    INTERVAL_LABEL,
    count,
    counted,
    duration,
    loss_figure,
    measured_accuracy,
    percent,
    rate_figure,
)
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.sanitize import printable

HEADINGS = ("epoch", "train loss", "train acc", "val loss", "val acc", "learn rate", "images/s", "time")
WIDTHS = (7, 10, 9, 8, 9, 10, 8, 8)
"""The width of each column; with the mark of the best epoch, a row fits into 80 columns up to epoch 9,999."""

BEST_MARK = " *"


class PlainLines(EventSink):
    """Prints what happened, and one line for each epoch."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._snapshot = RunSnapshot()
        self._file = ""

    def __call__(self, event: Event, /) -> None:
        self._snapshot = self._snapshot.after(event)
        match event:
            case RunStarted():
                self._print(_opening(event))
                self._print(_row(HEADINGS), "bold", no_wrap=True)
            case RunResumed():
                self._print(_opening(event.started))
                self._print(_resumption(event))
                self._print(_row(HEADINGS), "bold", no_wrap=True)
            case StateChanged(state=RunState.TRAINING, detail=detail) if detail:
                self._print(self._snapshot.log[-1].text, "yellow")
            case StateChanged(state=RunState.PAUSED):
                self._print(self._snapshot.log[-1].text, "yellow")
            case Warned() | CheckpointFailed() | CheckpointQuarantined():
                self._print(self._snapshot.log[-1].text, "red")
            case EpochEnded():
                self._print(_epoch_row(event, self._snapshot), "green" if event.is_best else "", no_wrap=True)
            case DownloadProgressed():
                self._show_download(event)
            case RunEnded() if not event.state.is_failure:  # the command reports a failure on stderr
                for line in _closing(event, self._snapshot):
                    self._print(line)

    def _print(self, line: str, _style: str = "", *, no_wrap: bool = False) -> None:
        print(printable(line), file=self._stream, flush=True)

    def _show_download(self, event: DownloadProgressed) -> None:
        if event.file != self._file:
            self._file = event.file
            self._print(f"downloading {event.file}")


def _row(cells: tuple[str, ...]) -> str:
    return " ".join(cell.rjust(width) for cell, width in zip(cells, WIDTHS, strict=True))


def _epoch_row(event: EpochEnded, snapshot: RunSnapshot) -> str:
    epochs = snapshot.started.config.epochs if snapshot.started else event.epoch
    cells = (
        f"{event.epoch}/{epochs}",
        loss_figure(event.train_loss),
        percent(event.train_accuracy),
        loss_figure(event.validation_loss),
        percent(event.validation_accuracy),
        rate_figure(event.learning_rate),
        count(event.images_per_second),
        duration(event.active_seconds),
    )
    return _row(cells) + (BEST_MARK if event.is_best else "")


def _opening(event: RunStarted) -> str:
    mark = f"{label} data · " if (label := mark_of(event.dataset)) else ""
    return (
        f"{mark}run {event.run} · {event.config.model_name} · "
        f"{count(event.parameters)} parameters · "
        f"{count(event.train_images)} + {count(event.validation_images)} images · "
        f"{event.device} {event.precision}, {counted(event.threads, 'thread')} ·{BEST_MARK} marks each best epoch"
    )


def _resumption(event: RunResumed) -> str:
    """Return the line about where a run is resumed, and what differs from now on."""
    note = f" · {event.note}" if event.note else ""
    if not event.checkpoint:
        return f"started again: no checkpoint had been saved{note}"
    place = f"epoch {event.epoch}, step {event.step} of {event.started.steps_per_epoch}"
    return f"resumed in {place}, from checkpoint {event.checkpoint}{note}"


def _closing(event: RunEnded, snapshot: RunSnapshot) -> Iterator[str]:
    """Yield the result, the findings and the commands that a user may want next."""
    mark = f"{snapshot.dataset_mark} data: " if snapshot.dataset_mark else ""
    images = snapshot.started.validation_images if snapshot.started else None
    accuracy = measured_accuracy(event.best_validation_accuracy, images, label=INTERVAL_LABEL)
    best = f"{mark}best validation accuracy {accuracy} in epoch {event.best_epoch}"
    figures = f"; {best}" if event.best_epoch else ""
    yield f"{event.state}: {event.reason}{figures}; {duration(event.active_seconds)} of training"
    for finding in snapshot.findings:
        yield f"finding: {finding.text}; for the next run: {finding.remedy}"
    if snapshot.started and event.state is RunState.STOPPED:
        yield f"resume: fmnist-tui resume {snapshot.started.run}"
    if snapshot.started and snapshot.checkpoints:
        yield f"test: fmnist-tui test {snapshot.started.run}"
