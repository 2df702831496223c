"""Plays the timeline of a run: a clock that runs faster, can be paused, and can be set to any moment."""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable

from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.runs.timeline import Timeline

SPEEDS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
"""How many times as fast as the training a replay runs."""

SHORTEST_SECONDS = 10.0
"""A replay takes at least this long, unless its speed is given or the training was shorter."""

GRACE_SECONDS = 1.0
"""How long after a stop the previous one is the one before: else a key that goes back would be stuck in a replay."""


def speed_for(duration: float) -> float:
    """Return the largest speed with which a replay is not over too soon."""
    return max((speed for speed in SPEEDS if duration / speed >= SHORTEST_SECONDS), default=SPEEDS[0])


class ReplayPlayer:
    """The position in a timeline, which moves while it plays. It stops at the end.

    Args:
        timeline: What is played; from its start, paused.
        speed: How many times as fast as the training; by default as `speed_for` the timeline's duration.
        clock: Returns seconds since any start.

    Attributes:
        speed: The speed.
    """

    def __init__(
        self, timeline: Timeline, speed: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.timeline = timeline
        self.speed = speed or speed_for(timeline.duration)
        self._clock = clock
        self._position = 0.0
        self._played_at: float | None = None
        """When the clock showed `_position`; None while paused."""

    @property
    def position(self) -> float:
        """The moment that is shown, in seconds of the timeline."""
        played = 0.0 if self._played_at is None else (self._clock() - self._played_at) * self.speed
        return min(self._position + played, self.timeline.duration)

    @property
    def is_at_end(self) -> bool:
        return self.position >= self.timeline.duration

    @property
    def is_playing(self) -> bool:
        return self._played_at is not None and not self.is_at_end

    @property
    def snapshot(self) -> RunSnapshot:
        """The run's snapshot at the position."""
        return self.timeline.snapshot_at(self.position)

    def play(self) -> None:
        """Play from the position; at the end, from the start."""
        self._position = 0.0 if self.is_at_end else self.position
        self._played_at = self._clock()

    def pause(self) -> None:
        """Stay at the position."""
        self._position, self._played_at = self.position, None

    def change_speed(self, steps: int) -> None:
        """Choose the next larger of `SPEEDS`, or the next smaller one for `steps` of -1."""
        self.seek(self.position)  # what was played was played with the old speed
        place = bisect_right(SPEEDS, self.speed) if steps > 0 else bisect_left(SPEEDS, self.speed) - 1
        self.speed = SPEEDS[min(max(place, 0), len(SPEEDS) - 1)]

    def seek(self, seconds: float) -> None:
        """Go to a moment; go on playing there if it plays."""
        is_playing = self.is_playing
        self._position = min(max(0.0, seconds), self.timeline.duration)
        self._played_at = self._clock() if is_playing else None

    def seek_epoch(self, steps: int) -> None:
        """Go to the end of the current epoch, or to the end of the previous one for `steps` of -1."""
        self.seek(self.timeline.epoch_after(self._seen_from(steps), steps))

    def seek_report(self, steps: int) -> None:
        """Go to the next report of steps, or to the previous one for `steps` of -1."""
        self.seek(self.timeline.report_after(self._seen_from(steps), steps))

    def _seen_from(self, steps: int) -> float:
        grace = GRACE_SECONDS * self.speed if steps < 0 and self.is_playing else 0.0
        return self.position - grace
