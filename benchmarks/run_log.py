"""What a run's folder tells of its speed, read when the run is over."""

import json
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from fmnist_tui.config import RunConfig
from fmnist_tui.events import EpochEnded, RunEnded, RunStarted, RunState, from_line

POLL_INTERVAL_SECONDS = 0.25
MAX_SECONDS = 3600.0
ENDED = b'"type":"run_ended"'


class RunWentWrong(Exception):
    """A run that was to be measured failed, or is another one than was asked for."""


@dataclass(frozen=True, slots=True)
class RunFigures:
    """How quick a run was.

    Attributes:
        images_per_second: Over all epochs but the first: images through the time that training on them took.
        active_seconds: The whole run's, with validation and checkpoints, without loading.
        began: When its first batch was next, in seconds since 1970.
        ended: When it was over, likewise.
        precision: What it computed in.
        threads: What it computed with.
    """

    images_per_second: float
    active_seconds: float
    began: float
    ended: float
    precision: str
    threads: int


def run_folders(home: Path) -> set[Path]:
    """The runs of a home."""
    return {config.parent for config in home.glob("runs/*/config.json")}


def wait_for_end(folder: Path) -> None:
    """Waits for a run's last word, with as little work as possible: the run is being measured meanwhile.

    Raises:
        RunWentWrong: It never comes.
    """
    log, until = folder / "events.jsonl", time.monotonic() + MAX_SECONDS
    while time.monotonic() < until:
        if log.exists():
            with log.open("rb") as file:
                file.seek(max(0, file.seek(0, 2) - 4096))
                if ENDED in file.read():
                    return
        time.sleep(POLL_INTERVAL_SECONDS)
    raise RunWentWrong(f"{folder.name} went on for an hour")


def figures(folder: Path, config: RunConfig) -> RunFigures:
    """The figures of a run that is over.

    Raises:
        RunWentWrong: It has another config than `config`, or didn't come to its end.
    """
    if json.loads((folder / "config.json").read_bytes()) != config.model_dump(mode="json"):
        raise RunWentWrong(f"{folder.name} has another config than was asked for")
    events = [from_line(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]
    started = next(event for event in events if isinstance(event, RunStarted))
    ended = next(event for event in events if isinstance(event, RunEnded))
    if ended.state is not RunState.FINISHED:
        raise RunWentWrong(f"{folder.name}: {ended.reason}")
    speeds = [event.images_per_second for event in events if isinstance(event, EpochEnded)]
    return RunFigures(
        images_per_second=statistics.harmonic_mean(speeds[1:] or speeds),
        active_seconds=ended.active_seconds,
        began=started.time,
        ended=ended.time,
        precision=started.precision,
        threads=started.threads,
    )
