"""Shows in the study that a trial's worker is alive, and notices what others have decided about the trial meanwhile."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from enum import Enum, auto
from types import TracebackType
from typing import Self

from fmnist_tui.errors import UserError
from fmnist_tui.sweeps.claimed_trial import ClaimedTrial, TrialLost
from fmnist_tui.sweeps.study import Sweep

logger = logging.getLogger(__name__)

MAX_INTERVAL_SECONDS = 5.0
"""A stop is obeyed after this time at most."""


class Ending(Enum):
    """Why the worker of a trial ends its run before the last epoch."""

    PRUNED = auto()
    STOPPED = auto()
    """A user has ended the trial; what it has reached is its result."""

    RELEASED = auto()
    """The worker or the sweep is to end; another worker continues the trial."""

    LOST = auto()
    """Another worker has taken the trial over."""


class Heartbeat:
    """Within this, a thread stores a sign of life several times in the time after which a worker is considered dead.

    Args:
        sweep: The sweep.
        trial: The trial that this process trains.
        end: Called, on that thread or the one that calls `confirm`, with why the run is to end, and with who wants it.
    """

    def __init__(self, sweep: Sweep, trial: ClaimedTrial, end: Callable[[Ending, str], None]) -> None:
        self._sweep = sweep
        self._trial = trial
        self._end = end
        self._confirmed = time.monotonic()
        self._interval = min(sweep.heartbeat_seconds, MAX_INTERVAL_SECONDS)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat_until_over, name=f"trial {trial.number}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def confirm(self) -> None:
        """Ask the study at once if this process may have been taken for dead, because it was suspended for example."""
        if time.monotonic() - self._confirmed > self._sweep.settings.takeover_seconds:
            self._beat()

    def _beat_until_over(self) -> None:
        while not self._over.is_set():
            self._beat()
            self._over.wait(self._interval)

    def _beat(self) -> None:
        try:
            self._trial.beat()
            if by := self._sweep.stopped_by():
                self._end(Ending.RELEASED, by)
            elif by := self._sweep.trial_stopped_by(self._trial.number):
                self._end(Ending.STOPPED, by)
        except TrialLost:
            self._end(Ending.LOST, "")
        except UserError as error:
            # The training continues. If the database comes back too late, another worker has the trial.
            logger.warning("no sign of life of trial %d: %s", self._trial.number, error.line())
        else:
            self._confirmed = time.monotonic()
