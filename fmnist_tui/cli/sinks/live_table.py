"""Output for a terminal: a row for each epoch, and a progress bar below."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from fmnist_tui.cli.sinks.lines import HEADINGS, closing, epoch_row, opening, resumption, row
from fmnist_tui.cli.terminal import plain
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
)
from fmnist_tui.formatting import count, percent
from fmnist_tui.runs.snapshot import Snapshot
from fmnist_tui.sanitize import printable


class LiveTable(EventSink):
    """Prints a row for each epoch, above a progress bar."""

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
                self._terminal.print(plain(opening(event)))
                self._terminal.print(Text(row(HEADINGS), style="bold"), no_wrap=True)
            case RunResumed():
                steps = event.started.steps_per_epoch
                self._progress.reset(
                    self._bar,
                    total=event.started.config.epochs * steps,
                    completed=(event.epoch - 1) * steps + event.step,
                )
                for line in (opening(event.started), resumption(event)):
                    self._terminal.print(plain(line))
                self._terminal.print(Text(row(HEADINGS), style="bold"), no_wrap=True)
            case Warned() | CheckpointFailed() | CheckpointQuarantined():
                self._terminal.print(plain(self._snapshot.log[-1].text, style="red"))
            case StepsDone():
                self._show_steps(event)
            case EpochEnded():
                style = "green" if event.is_best else ""
                self._terminal.print(Text(epoch_row(event, self._snapshot), style=style, no_wrap=True))
            case RunEnded():
                self._progress.stop()
                if event.state is not RunState.FAILED:
                    for line in closing(event, self._snapshot):
                        self._terminal.print(plain(line))

    def _show_download(self, event: DownloadProgressed) -> None:
        total = event.total_bytes or None
        self._progress.update(
            self._bar, description=f"downloading {printable(event.file)}", completed=event.done_bytes, total=total
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
