"""Output for pipes and logs: what happened, and one line for each epoch."""

from typing import TextIO

from fmnist_tui.cli.sinks.lines import HEADINGS, closing, epoch_row, opening, resumption, row
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
    Warned,
)
from fmnist_tui.runs.snapshot import Snapshot
from fmnist_tui.sanitize import printable


class PlainLines(EventSink):
    """Prints what happened, and one line for each epoch."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._snapshot = Snapshot()
        self._file = ""

    def __call__(self, event: Event) -> None:
        self._snapshot = self._snapshot.after(event)
        match event:
            case RunStarted():
                for line in (opening(event), row(HEADINGS)):
                    self._write(line)
            case RunResumed():
                for line in (opening(event.started), resumption(event), row(HEADINGS)):
                    self._write(line)
            case Warned() | CheckpointFailed() | CheckpointQuarantined():
                self._write(self._snapshot.log[-1].text)
            case EpochEnded():
                self._write(epoch_row(event, self._snapshot))
            case DownloadProgressed(file=file) if file != self._file:
                self._file = file
                self._write(f"downloading {file}")
            case RunEnded() if event.state is not RunState.FAILED:  # the command reports a failure on stderr
                for line in closing(event, self._snapshot):
                    self._write(line)

    def _write(self, line: str) -> None:
        print(printable(line), file=self._stream, flush=True)
