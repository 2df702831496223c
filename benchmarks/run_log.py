"""Reads the speed of a finished run from its folder."""

import json
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from fmnist_tui.config import RunConfig
from fmnist_tui.events import EpochEnded, RunEnded, RunStarted, RunState, from_line

POLL_INTERVAL_SECONDS = 0.25
MAX_SECONDS = 3600.0
EPOCH, ENDED = b'"type":"epoch_ended"', b'"type":"run_ended"'
"""Parts of the lines of events."""


class UnexpectedRun(Exception):
    """A run to be measured failed, or is not the requested one."""


@dataclass(frozen=True, slots=True)
class RunFigures:
    """The speed of a run.

    Attributes:
        images_per_second: Over all epochs but the first: images through the time that training on them took.
        active_seconds: Time of the whole run, with validation and checkpoints, without loading.
        began: Time before its first batch, in seconds since 1970.
        ended: Time of its end, in seconds since 1970.
        precision: "fp32" or "bf16".
        threads: Threads inside one operation.
    """

    images_per_second: float
    active_seconds: float
    began: float
    ended: float
    precision: str
    threads: int


def run_folders(home: Path) -> set[Path]:
    """Return the run folders of a home."""
    return {config.parent for config in home.glob("runs/*/config.json")}


def wait_for(folder: Path, event: bytes = ENDED) -> None:
    """Wait for a run's newest event to be of a kind, with as little work as possible: the run is being measured.

    Raises:
        UnexpectedRun: It never comes.
    """
    log, until = folder / "events.jsonl", time.monotonic() + MAX_SECONDS
    while time.monotonic() < until:
        if log.exists():
            with log.open("rb") as file:
                file.seek(max(0, file.seek(0, 2) - 4096))
                if event in file.read():
                    return
        time.sleep(POLL_INTERVAL_SECONDS)
    raise UnexpectedRun(f"{folder.name} went on for an hour")


def figures(folder: Path, config: RunConfig) -> RunFigures:
    """Return the figures of a finished run.

    Raises:
        UnexpectedRun: It has another config than `config`, or didn't come to its end.
    """
    events = [from_line(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]
    started = next(event for event in events if isinstance(event, RunStarted))
    expected = config.pinned(started.device, started.precision, started.threads)  # as runs store their config
    if json.loads((folder / "config.json").read_bytes()) != expected.model_dump(mode="json"):
        raise UnexpectedRun(f"{folder.name} has another config than was asked for")
    ended = next(event for event in events if isinstance(event, RunEnded))
    if ended.state is not RunState.FINISHED:
        raise UnexpectedRun(f"{folder.name}: {ended.reason}")
    speeds = [event.images_per_second for event in events if isinstance(event, EpochEnded)]
    return RunFigures(
        images_per_second=statistics.harmonic_mean(speeds[1:] or speeds),
        active_seconds=ended.active_seconds,
        began=started.time,
        ended=ended.time,
        precision=started.precision,
        threads=started.threads,
    )
