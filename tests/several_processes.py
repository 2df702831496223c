"""Starts and watches trainings of several real processes, for tests."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

import psutil
from commands import main

from fmnist_tui.events import EpochEnded, Event
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder, entry_names

T = TypeVar("T")

PATIENCE_SECONDS = 240
"""How long a busy machine may take."""

DATA = ["--data=demo", "--validation-size=50000", "--batch-size=250", "--device=cpu", "--precision=fp32"]
MLP = ["--model=mlp", "--hidden-units=32", "--dropout=0.2", "--horizontal-flip", *DATA]
CNN = [
    *("--model=cnn", "--channels=4", "--head-width=16", "--dropout=0.2", "--translate=1", "--random-erasing=0.2"),
    *("--optimizer=sgd", "--learning-rate=0.01", "--schedule=constant", *DATA),
]
"""Everything in which the images of a batch depend on each other, or on random numbers."""


@contextmanager
def started(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Within this, a command runs; afterwards it is gone, with all processes that it has started."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        with suppress(psutil.Error):
            for child in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.Error):
                    child.kill()
        process.kill()
        process.wait()


def awaited(condition: Callable[[], T | None], seconds: float = PATIENCE_SECONDS) -> T:
    """Return what `condition` returns as soon as that is true."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "it takes too long"
        time.sleep(0.02)
    return found


def newest_run() -> RunFolder | None:
    names = entry_names()
    return RunFolder(runs_folder() / max(names)) if names else None


def logged(kind: type[T]) -> list[T]:
    """Return the events of a kind in the log of the newest run."""
    run = newest_run()
    if run is None or not run.events_file.exists():
        return []
    events: list[Event] = list(read_events(run.events_file))
    return [event for event in events if isinstance(event, kind)]


def process_of(rank: int, launcher: int) -> psutil.Process:
    """Return one of the processes that a launcher has started."""
    for child in psutil.Process(launcher).children():
        if child.environ().get("RANK") == str(rank):
            return child
    raise LookupError(rank)


def curve() -> list[EpochEnded]:
    """Return the newest run's epochs, each as it was trained last."""
    return list({epoch.epoch: epoch for epoch in logged(EpochEnded)}.values())


def curve_of_one_process(arguments: Sequence[str]) -> list[EpochEnded]:
    """Train in this process, and return the epochs."""
    assert main("train", *arguments, "--threads=1") == 0
    return curve()


def send(process: psutil.Process, number: signal.Signals) -> float:
    """Send a signal; return the time."""
    os.kill(process.pid, number)
    return time.monotonic()
