"""Finds the run of a trial that another worker has begun, so that it is continued instead of trained again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunStarted
from fmnist_tui.paths import runs_folder
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.sweeps.trial_records import RunPlace

CHOSEN_BY_A_RUN = ("device", "precision", "threads")
"""The fields in which a run stores its choices in place of "auto"."""

MAX_EVENTS = 10_000
"""How far a log is searched for its beginning, which is its first event unless it is damaged."""


@dataclass(frozen=True, slots=True)
class ContinuedRun:
    """A run that this process can continue.

    Attributes:
        folder: The run.
        accuracy: Its best validation accuracy if it has finished already; None if it is to be resumed.
    """

    folder: RunFolder
    accuracy: float | None


def continued_run(place: RunPlace | None, config: RunConfig) -> ContinuedRun | None:
    """Return the run of a trial if it is in this home, nobody trains it, and it is what the trial trained.

    Args:
        place: What the study recorded. Anyone who may write there can have recorded anything.
        config: What the trial trains.
    """
    if place is None or not place.run or place.run in (".", "..") or "/" in place.run or "\\" in place.run:
        return None
    folder = RunFolder(runs_folder() / place.run)
    try:
        if folder.path.is_symlink() or not folder.is_run or _fixed(folder.config()) != _fixed(config):
            return None
        starts = (event for event in islice(read_events(folder.events_file), MAX_EVENTS))
        if not _begins_at(starts, place.started):
            return None
        summary = summary_of(folder)
    except (UserError, OSError):
        return None  # it can't be read: the trial is trained again
    if summary.status is RunStatus.RUNNING:
        return None  # its worker sleeps, and holds the lock
    is_finished = summary.status is RunStatus.FINISHED
    return ContinuedRun(folder, summary.best_validation_accuracy if is_finished else None)


def _begins_at(events: Iterable[object], started: float) -> bool:
    return any(isinstance(event, RunStarted) and event.time == started for event in events)


def _fixed(config: RunConfig) -> dict[str, object]:
    return {name: value for name, value in config.to_flat().items() if name not in CHOSEN_BY_A_RUN}
