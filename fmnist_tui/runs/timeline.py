"""A run's event log as a recording: when each event happened, and the run's snapshot at any moment.

The log is held as it is on disk, and its events are parsed when they are needed: parsed, those of a long run would take
ten times the memory. Every `SPACING` events the snapshot is stored, so that seeking folds only the events since then.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from fmnist_tui.atomic_files import open_regular
from fmnist_tui.errors import UserError
from fmnist_tui.events import (
    CheckpointFailed,
    CheckpointSaved,
    EpochEnded,
    Event,
    ProbeRecorded,
    RunResumed,
    RunStarted,
    StepsDone,
)
from fmnist_tui.runs.event_log import MAX_LOG, event_in, read_lines
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.sanitize import quote

SPACING = 1000
"""The number of events between two stored snapshots."""

MAX_GAP_SECONDS = 2.0
"""What remains of a pause, of the night before a resume, and of loading and measuring."""

MAX_STEP_SECONDS = 60.0
"""The longest time between two reports of a training; a larger one is the mark of a damaged log."""

MIN_GAP_SECONDS = 1e-6
"""Each event has a moment of its own, so that every epoch can be found, even in a log whose times are equal."""

AFTER_AN_EPOCH = ProbeRecorded | CheckpointSaved | CheckpointFailed
"""What is recorded about an epoch after its end, and belongs to it."""


class Timeline:
    """The events of a log in the order in which they happened, from second 0 on.

    Args:
        lines: The lines of a log. Those without an event are skipped.
        on_progress: Called with the number of bytes read, once for each stored snapshot. An error that it raises ends
            the reading.

    Attributes:
        end: The snapshot after the last event.
        last_start: The index of the last event that started or resumed the run.
    """

    def __init__(self, lines: Iterator[bytes], on_progress: Callable[[int], None] = lambda _done: None) -> None:
        self._log = bytearray()
        self._ends = array("Q")
        self._times = array("d")
        self._reports = array("d")
        self._stops: list[tuple[float, int]] = []  # moments, and the epochs that are complete by then
        self._stored: list[RunSnapshot] = []
        self._at = (0, RunSnapshot())
        self.last_start = 0
        before: Event | None = None
        trained: float | None = None
        snapshot = RunSnapshot()
        for line in lines:
            event = event_in(line)
            if event is None:
                continue
            seconds = 0.0 if before is None else self._times[-1] + _gap(before, event, trained)
            if len(self._times) % SPACING == 0:
                self._stored.append(snapshot)
                if self._log:
                    on_progress(len(self._log))
            self._log += line
            self._ends.append(len(self._log))
            self._times.append(seconds)
            self._note(event, seconds)
            snapshot, before = snapshot.after(event), event
            if isinstance(event, StepsDone | EpochEnded | RunResumed):
                trained = event.active_seconds
        self.end = snapshot

    def _note(self, event: Event, seconds: float) -> None:
        """Remember where seeking stops."""
        if isinstance(event, StepsDone | EpochEnded):
            self._reports.append(seconds)
        if isinstance(event, EpochEnded):
            self._stops.append((seconds, event.epoch))
        elif isinstance(event, AFTER_AN_EPOCH) and self._stops and self._stops[-1][1] == event.epoch:
            self._stops[-1] = (seconds, event.epoch)
        elif isinstance(event, RunResumed) and event.step == 0:
            self._stops.append((seconds, event.epoch - 1))
        if isinstance(event, RunStarted | RunResumed):
            self.last_start = len(self._times) - 1

    def __len__(self) -> int:
        return len(self._times)

    @property
    def duration(self) -> float:
        """The moment of the last event in seconds."""
        return self._times[-1] if self._times else 0.0

    @property
    def epochs(self) -> int:
        """The number of epochs that the run has begun, which may be fewer than its config has."""
        return max(self.end.epoch, max((epoch for _moment, epoch in self._stops), default=0))

    def events(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[float, Event]]:
        """Yield the events from index `start` to before `stop`, each with its moment."""
        for index in range(start, len(self) if stop is None else stop):
            event = event_in(bytes(self._log[self._ends[index - 1] if index else 0 : self._ends[index]]))
            if event is not None:
                yield self._times[index], event

    def count_at(self, seconds: float) -> int:
        """Return the number of events that have happened by a moment."""
        return bisect_right(self._times, seconds)

    def snapshot_at(self, seconds: float) -> RunSnapshot:
        """Return the run's snapshot at a moment."""
        count = self.count_at(seconds)
        done, snapshot = self._at
        if not done <= count < done + SPACING:
            place = min(count // SPACING, len(self._stored) - 1)
            done, snapshot = place * SPACING, self._stored[place] if self._stored else snapshot
        for _seconds, event in self.events(done, count):
            snapshot = snapshot.after(event)
        self._at = count, snapshot
        return snapshot

    # Where to seek to

    @property
    def stops(self) -> list[float]:
        """The moments at which an epoch was complete, with what was recorded about it, or is begun again."""
        return [moment for moment, _epochs in self._stops]

    def epoch_after(self, seconds: float, steps: int = 1) -> float:
        """Return the next of the stops after a moment, or the previous one for `steps` of -1; else the end or start."""
        return _neighbor([0.0, *self.stops, self.duration], seconds, steps)

    def report_after(self, seconds: float, steps: int = 1) -> float:
        """Return the moment of the next report of steps, or of the previous one for `steps` of -1."""
        return _neighbor(self._reports, seconds, steps) if self._reports else seconds

    def start_of(self, epoch: int) -> float:
        """Return the moment at which an epoch begins; of one that a resume repeated, the last time.

        Raises:
            UserError: The run has not begun that epoch.
        """
        if epoch > max(1, self.epochs):
            raise UserError(f"the replay can't begin with epoch {epoch}: the log ends in epoch {self.epochs}")
        return max((moment for moment, epochs in self._stops if epochs < epoch), default=0.0)


def read_timeline(folder: RunFolder, on_progress: Callable[[float], None] = lambda _share: None) -> Timeline:
    """Return the timeline of a run as far as its log can be read.

    Args:
        folder: The run's folder.
        on_progress: Called with the share of the log that is read. An error that it raises ends the reading.

    Raises:
        UserError: The log can't be read, or it holds no event.
    """
    try:
        with open_regular(folder.events_file) as stream:
            size = max(1, folder.events_file.stat().st_size)
            timeline = Timeline(read_lines(stream, MAX_LOG), lambda done: on_progress(min(1.0, done / size)))
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"run {quote(folder.run)} can't be replayed: its log can't be read: {reason}") from error
    if not len(timeline):
        raise UserError(f"run {quote(folder.run)} can't be replayed: its log holds no event")
    return timeline


def _gap(before: Event, event: Event, trained: float | None) -> float:
    """Return the seconds between two events in a replay.

    A gap of up to `MAX_GAP_SECONDS` is real; of a longer one remains what the run trained in it.

    Args:
        before: The earlier event.
        event: The later event.
        trained: The training time when it was last reported.
    """
    limit = MAX_GAP_SECONDS
    if isinstance(event, StepsDone | EpochEnded) and trained is not None:
        limit = min(max(limit, event.active_seconds - trained), MAX_STEP_SECONDS)
    return min(max(event.time - before.time, MIN_GAP_SECONDS), limit)


def _neighbor(moments: Sequence[float], seconds: float, steps: int) -> float:
    """Return the next of sorted moments after `seconds`, or the last one before; the outermost one beyond the ends."""
    place = bisect_right(moments, seconds) if steps > 0 else bisect_left(moments, seconds) - 1
    return moments[min(max(place, 0), len(moments) - 1)]
