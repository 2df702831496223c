"""A run's append-only log: the sink that writes it and the reader that replays it."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from fmnist_tui.events import Event, StepsDone, from_line, to_line

SECONDS_BETWEEN_STEPS = 1.0


class EventLog:
    """The sink that appends events to `events.jsonl`, each flushed as it comes.

    Step events come many a second; of those, at most one a second is written, so that a log's size follows the time
    trained. A write that fails doesn't end the run: the reason is kept in `problem`.
    """

    def __init__(self, file: Path) -> None:
        self._stream = file.open("ab", buffering=0)
        self._last_steps = float("-inf")
        self.problem = ""

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepsDone):
            if event.time - self._last_steps < SECONDS_BETWEEN_STEPS:
                return
            self._last_steps = event.time
        try:
            self._stream.write(to_line(event).encode() + b"\n")
        except OSError as error:
            self.problem = error.strerror or str(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def read_events(file: Path) -> Iterator[Event]:
    """The events in a log, in order; torn lines and events of newer programs are passed over.

    Raises:
        OSError: The file can't be read.
    """
    with file.open("rb") as stream:
        for line in stream:
            event = from_line(line)
            if event is not None:
                yield event
