"""Output for programs: each event as one line of JSON."""

from typing import IO

from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.events import Event, to_line
from fmnist_tui.sanitize import ascii_json, printable


class JsonLines(EventSink):
    """Writes each event as one line of JSON."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __call__(self, event: Event, /) -> None:
        print(printable(ascii_json(to_line(event))), file=self._stream, flush=True)
