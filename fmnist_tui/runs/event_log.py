"""The append-only event log of a run: a sink that writes it, and a reader."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Self

from fmnist_tui.atomic_files import UnexpectedFileError, open_regular
from fmnist_tui.events import EpochEnded, Event, RunEnded, StepsDone, from_line, to_line

STEP_INTERVAL_SECONDS = 1.0

MAX_LINE = 1_000_000
"""Bytes. An event has a few thousand at most; a longer line is skipped without being read into memory."""

MAX_LOG = 1 << 30
"""Bytes that are read of a log; some hundred days of training."""

MAX_WAITING = 10_000
"""Events that are held in memory while the disk is full."""

DURABLE = (EpochEnded, RunEnded)
"""Synced at once, so that no checkpoint of an epoch is on the disk without the epoch's event."""

CHUNK = 1 << 20
MAX_ZEROS = 256 * CHUNK
"""Bytes that are cut off at most. No crash leaves more; if there are more, they stay as a line without an event."""

EVENT_START = b'{"time":'
"""How each line begins."""

MAX_TORN = 8
"""Number of torn events that are searched for an event behind them in one line."""


class EventLog:
    """Appends events to `events.jsonl`, without buffering.

    Of the step events, at most one a second is written, so that the log's size depends on the time trained only. What a
    crash left at the end of the log is repaired first: zeros are cut off, and a torn line is ended, so that the next
    event is not lost with it. A write that fails doesn't end the run: its events are written before the next one.

    Args:
        file: The log; created if it is missing.
        on_problem: Called with the reason when writing begins to fail.

    Raises:
        OSError: The file can't be opened, is a link or is not a regular file.
    """

    def __init__(self, file: Path, on_problem: Callable[[str], None] = lambda _reason: None) -> None:
        if file.is_symlink() or (file.exists() and not file.is_file()):
            raise UnexpectedFileError(file)
        self._descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        with open_regular(file) as stream:
            size = _size_without_zeros(stream)
            stream.seek(max(0, size - 1))
            is_torn = size > 0 and stream.read(1) != b"\n"
        os.ftruncate(self._descriptor, size)
        os.lseek(self._descriptor, 0, os.SEEK_END)
        self._waiting = bytearray(b"\n" if is_torn else b"")
        self._events_waiting = 0
        self._on_problem = on_problem
        self._last_steps = float("-inf")

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepsDone):
            if event.time - self._last_steps < STEP_INTERVAL_SECONDS or self._events_waiting:
                return
            self._last_steps = event.time
        if self._events_waiting < MAX_WAITING:
            self._waiting += to_line(event).encode() + b"\n"
            self._events_waiting += 1
        try:
            self._write()
            if isinstance(event, DURABLE):
                os.fsync(self._descriptor)
        except OSError as error:
            if self._events_waiting == 1:  # the first one that failed
                self._on_problem(error.strerror or str(error))

    def _write(self) -> None:
        """Write the waiting events. The system may write a part only: the rest waits for the next time."""
        while self._waiting:
            done = os.write(self._descriptor, self._waiting)
            del self._waiting[:done]
        self._events_waiting = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        os.close(self._descriptor)


def read_events(file: Path) -> Iterator[Event]:
    """Yield the events in a log, in order; torn lines and events of newer versions are skipped.

    Raises:
        OSError: The file can't be read or is not a regular file.
    """
    with open_regular(file) as stream:
        for line in read_lines(stream, MAX_LOG):
            event = event_in(line)
            if event is not None:
                yield event


def event_in(line: bytes) -> Event | None:
    """Return the event of a log line; None if there is none.

    Earlier versions appended to what a crash had left, so an event may follow zeros or a torn event.
    """
    event = from_line(line.strip(b"\0"))
    start = 0
    for _ in range(MAX_TORN):
        start = line.find(EVENT_START, start + 1)
        if event is not None or start < 0:
            break
        event = from_line(line[start:])
    return event


def read_lines(stream: BinaryIO, limit: int) -> Iterator[bytes]:
    """Yield the lines within the first `limit` bytes of a stream, without those that are too long for an event."""
    is_inside = False  # a line that was too long
    while limit > 0 and (line := stream.readline(min(limit, MAX_LINE))):
        limit -= len(line)
        is_whole = line.endswith(b"\n") or len(line) < MAX_LINE
        if is_whole and not is_inside:
            yield line
        is_inside = not line.endswith(b"\n")


def _size_without_zeros(stream: BinaryIO) -> int:
    """Return the size of a file without the zeros that a crash of the machine may have left at its end."""
    whole = size = stream.seek(0, os.SEEK_END)
    while size > 0:
        if whole - size > MAX_ZEROS:
            return whole
        start = max(0, size - CHUNK)
        stream.seek(start)
        content = stream.read(size - start).rstrip(b"\0")
        if content:
            return start + len(content)
        size = start
    return 0
