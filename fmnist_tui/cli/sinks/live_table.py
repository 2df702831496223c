"""Output for a terminal: the plain lines in color, and a progress bar below."""

from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from fmnist_tui.cli.output import plain
from fmnist_tui.cli.sinks.plain_lines import PlainLines
from fmnist_tui.events import (
    DownloadProgressed,
    Event,
    RunEnded,
    RunResumed,
    RunStarted,
    RunState,
    StateChanged,
    StepsDone,
)
from fmnist_tui.formatting import count, percent
from fmnist_tui.sanitize import printable


class LiveTable(PlainLines):
    """Prints a row for each epoch, above a progress bar."""

    def __init__(self, terminal: Console) -> None:
        super().__init__(terminal.file)
        self._terminal = terminal
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

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def __call__(self, event: Event, /) -> None:
        match event:
            case StateChanged(state=state, detail=detail) if state is not RunState.TRAINING:
                self._progress.start()  # a run that is watched may continue after its end
                self._progress.update(self._bar, description=printable(_doing(state, detail)))
            case RunStarted():
                self._restart_bar(event, 0)
            case RunResumed():
                self._restart_bar(event.started, (event.epoch - 1) * event.started.steps_per_epoch + event.step)
            case StepsDone():
                self._show_steps(event)
            case RunEnded():
                self._progress.stop()
        super().__call__(event)

    def _print(self, line: str, style: str = "", *, no_wrap: bool = False) -> None:
        self._terminal.print(plain(line, style), no_wrap=no_wrap)

    def _show_download(self, event: DownloadProgressed) -> None:
        description, total = f"downloading {printable(event.file)}", event.total_bytes or None
        self._progress.update(self._bar, description=description, completed=event.done_bytes, total=total)

    def _restart_bar(self, started: RunStarted, steps: int) -> None:
        self._progress.start()
        self._progress.reset(self._bar, total=started.config.epochs * started.steps_per_epoch, completed=steps)

    def _show_steps(self, event: StepsDone) -> None:
        if started := self._snapshot.started:
            self._progress.update(
                self._bar,
                description=f"epoch {event.epoch}/{started.config.epochs}",
                completed=(event.epoch - 1) * started.steps_per_epoch + event.step,
                figures=f"loss {event.loss:.3f}  acc {percent(event.accuracy, 1)}  {count(event.images_per_second)}/s",
            )


def _doing(state: RunState, detail: str) -> str:
    """Return what the run does: the thing that is loaded or saved, but not by whom it was paused."""
    return state if state is RunState.PAUSED else detail or state
