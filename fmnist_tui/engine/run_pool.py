"""Trains runs in processes of their own: several at once if they share the processors, else one after another.

A run shares them if its config names the CPU and a number of threads: as many such runs train at once as the processors
suffice for. A run that chooses its threads itself, or trains on a GPU, gets the machine alone.

Each process is that of a background run: its memory is given back when it ends, a crash of it ends nothing else, and it
continues if this process is killed.
"""

import subprocess
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import psutil

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.background import resume_in_background
from fmnist_tui.errors import UserError
from fmnist_tui.processors import usable_processors
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import is_being_written

MEMORY_OF_A_RUN = 1_500_000_000
"""Bytes that must be available to train one more run at once: torch, the images, and a small network."""


class Ended(NamedTuple):
    """A training that is over.

    Attributes:
        code: The exit code of its process; None if another process has started that.
    """

    folder: RunFolder
    code: int | None


class _Training(NamedTuple):
    folder: RunFolder
    threads: int | None
    process: "subprocess.Popen[bytes] | None"


class RunPool:
    """Starts, watches and stops the processes of some runs.

    Args:
        processors: How many may be kept busy; those that this process may use if None.
    """

    def __init__(self, processors: int | None = None) -> None:
        self._processors = processors or usable_processors()
        self._trainings: dict[str, _Training] = {}

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs that are being trained."""
        return tuple(self._trainings)

    def has_room_for(self, config: RunConfig | None) -> bool:
        """Return whether a run can be trained beside those that are; None is one whose config can't be read."""
        if not self._trainings:
            return True
        shares = [_share(config), *(training.threads for training in self._trainings.values())]
        threads = [share for share in shares if share is not None]
        if len(threads) < len(shares) or sum(threads) > self._processors:
            return False
        return psutil.virtual_memory().available >= MEMORY_OF_A_RUN

    def start(self, folder: RunFolder, *, sinks: Sequence[str] = ()) -> int:
        """Train a run from its newest checkpoint or its first step; return the number of its process.

        Raises:
            UserError: The process can't be started, or has ended with an error before the run was locked.
        """
        run = resume_in_background(folder, sinks=sinks)
        self._trainings[folder.run] = _Training(folder, _share(_readable_config(folder)), run.process)
        return run.pid

    def adopt(self, folder: RunFolder) -> None:
        """Watch a run that a process trains which another one has started."""
        self._trainings[folder.run] = _Training(folder, _share(_readable_config(folder)), None)

    def wait(self, seconds: float) -> list[Ended]:
        """Wait for a process to end, but no longer than some seconds; return those trainings that are over."""
        own = [training.process for training in self._trainings.values() if training.process is not None]
        if not own:
            time.sleep(seconds)
        found = []
        for training in list(self._trainings.values()):
            code = None
            if training.process is not None:
                code = _code_within(training.process, seconds if training.process is own[0] else 0.0)
            if code is not None or (training.process is None and not is_being_written(training.folder)):
                del self._trainings[training.folder.run]
                found.append(Ended(training.folder, code))
        return found

    def stop(self, runs: Iterable[str]) -> list[Ended]:
        """End the processes of runs, all at once, and return when they are saved; leave those of others alone."""
        trainings = [self._trainings.pop(run) for run in tuple(runs)]
        for training in trainings:
            if training.process is not None:
                training.process.terminate()
        return [
            Ended(training.folder, None if training.process is None else training.process.wait())
            for training in trainings
        ]


def _share(config: RunConfig | None) -> int | None:
    """Return the processors that a run shares with others; None if it needs the machine alone."""
    return config.threads if config is not None and config.device == "cpu" and config.threads else None


def _readable_config(folder: RunFolder) -> RunConfig | None:
    try:
        return folder.config()
    except UserError:
        return None


def _code_within(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    """Return the exit code of a process; None if it does not end within that time."""
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
