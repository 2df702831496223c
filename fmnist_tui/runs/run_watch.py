"""The list of runs, kept up to date while it is shown: only what has changed is read again."""

import os
import threading

from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.catalog import fingerprint_of, list_runs, summary_of
from fmnist_tui.runs.lock import is_being_written
from fmnist_tui.runs.queue import queued_runs
from fmnist_tui.runs.summary import RunSummary

MAX_WATCHED = 50
"""The number of the newest runs that are looked at each time, besides those that are running. To look at one takes some
calls of the system, each of which may take a while on a shared file system."""


class RunWatch:
    """Reads all runs once, and then again what other processes change. Any thread may call it."""

    def __init__(self) -> None:
        self._runs: list[RunSummary] = []
        self._fingerprints: dict[str, str | None] = {}
        self._folder_changed: int | None = None
        self._lock = threading.RLock()

    def read(self) -> list[RunSummary]:
        """Return all runs, newest first.

        Raises:
            UserError: The folder of runs can't be read.
        """
        with self._lock:
            self._folder_changed = _changed()
            self._runs = list_runs()
            self._fingerprints = {run.run: _fingerprint(run) for run in self._watched()}
            return self._runs

    def refresh(self) -> list[RunSummary] | None:
        """Return all runs if one of those that are watched has changed, or one was added or removed; else None.

        Raises:
            UserError: The folder of runs can't be read.
        """
        with self._lock:
            return self._refresh()

    def _refresh(self) -> list[RunSummary] | None:
        if _changed() != self._folder_changed:
            return self.read()
        queued, changed = queued_runs(), {}
        for run in self._watched():
            fingerprint = _fingerprint(run)
            is_same = fingerprint == self._fingerprints.get(run.run) and run.is_queued == (run.run in queued)
            if is_same and run.is_running == (run.state is None and is_being_written(run.folder)):
                continue
            self._fingerprints[run.run] = fingerprint
            changed[run.run] = summary_of(run.folder)
        if not changed:
            return None
        self._runs = [changed.get(run.run, run) for run in self._runs]
        return self._runs

    def _watched(self) -> list[RunSummary]:
        return [run for place, run in enumerate(self._runs) if place < MAX_WATCHED or run.is_running]


def _fingerprint(run: RunSummary) -> str | None:
    return fingerprint_of(str(run.folder.path))


def _changed() -> int | None:
    """Return when a run was added to the folder of runs or removed; None if there is no such folder."""
    try:
        return os.stat(runs_folder()).st_mtime_ns  # noqa: PTH116 - as in the catalog
    except OSError:
        return None
