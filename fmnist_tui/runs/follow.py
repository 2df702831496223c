"""Reads what is new in an event log that another process writes."""

from dataclasses import dataclass
from typing import BinaryIO

from fmnist_tui.atomic_files import open_regular
from fmnist_tui.events import Event, from_line
from fmnist_tui.runs.event_log import MAX_LINE, event_in
from fmnist_tui.runs.folder import RunFolder

BLOCK = 1 << 20
"""Bytes that are read at once: more than the longest line, and all that is held in memory of a log of any size."""

ANCHOR = 64
"""Bytes before the position that must still be there: an event's time and figures, so hardly those of another log."""


@dataclass(frozen=True, slots=True)
class LogUpdate:
    """What was added to a log.

    Attributes:
        is_restart: Whether these are the log's first events, and void all earlier ones: it was replaced.
        is_at_end: Whether nothing more can be read now.
    """

    events: tuple[Event, ...] = ()
    is_restart: bool = False
    is_at_end: bool = True


class LogFollower:
    """Reads a growing log in blocks.

    A last line without an end is read again the next time, so it is never lost. A log that no longer contains what was
    read last, because it was cut or replaced, is read from its start. A file that is missing or can't be read has
    nothing new: it may come back.

    Args:
        folder: The run.

    Attributes:
        problem: Why the log can't be read; empty if it can, or if there is none yet.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._file = folder.events_file
        self.problem = ""
        self._forget()

    def _forget(self) -> None:
        self._position = 0
        self._anchor = b""
        self._is_in_long_line = False

    def read(self) -> LogUpdate:
        """Return the events of the next block."""
        try:
            with open_regular(self._file) as stream:  # opened each time: only that asks the server of a shared folder
                is_restart = not self._is_continued(stream)
                if is_restart:
                    self._forget()
                stream.seek(self._position)
                block = stream.read(BLOCK)
        except OSError as error:
            self.problem = "" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
            return LogUpdate()
        self.problem = ""
        events, length = self._events_in(block)
        self._position += length
        self._anchor = (self._anchor + block[:length])[-ANCHOR:]
        return LogUpdate(tuple(events), is_restart, is_at_end=len(block) < BLOCK)

    def _is_continued(self, stream: BinaryIO) -> bool:
        stream.seek(self._position - len(self._anchor))
        return stream.read(len(self._anchor)) == self._anchor

    def _events_in(self, block: bytes) -> tuple[list[Event], int]:
        """Return the events of a block, and the number of its bytes that need not be read again."""
        *lines, rest = block.split(b"\n")
        length = len(block) - len(rest)
        events = []
        for line in lines:
            # As for other readers of a log: a line that is too long is none.
            if not self._is_in_long_line and len(line) < MAX_LINE and (event := event_in(line)) is not None:
                events.append(event)
            self._is_in_long_line = False
        if len(rest) >= MAX_LINE:
            self._is_in_long_line = True
        # A writer that died may have left out no more than the line's end. (Not `event_in`, which would find the event
        # within an event in a line that is still being written.)
        elif rest and not self._is_in_long_line and (event := from_line(rest)) is not None:
            events.append(event)
        elif rest:
            return events, length
        return events, len(block)
