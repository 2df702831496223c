"""A run in one line: enough for a list, read from the end of its log so that long runs cost no more than short ones."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report
from fmnist_tui.events import EpochEnded, Event, RunEnded, RunResumed, RunState, from_line
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.index import Row, RunIndex, fingerprint_of
from fmnist_tui.runs.lock import is_being_written
from fmnist_tui.training.manifest import manifest_file, read_manifest

TAIL_BYTES = 64 * 1024

TELLING = (b"epoch_ended", b"run_ended", b"run_resumed")
"""The types of the events that a summary is made from; most of a log is steps, which need not be understood."""


class KeptCheckpoint(NamedTuple):
    """What the list of checkpoints shows of one.

    Attributes:
        epoch: The epoch it was saved in; None where its manifest can't be read.
        validation_accuracy: None likewise, and where that epoch was not finished.
        test_accuracy: Of this very checkpoint, at the newest look; None if it was never looked at.
    """

    name: str
    epoch: int | None
    validation_accuracy: float | None
    test_accuracy: float | None


class RunSummary(NamedTuple):
    """What the list of runs shows of one. A tuple, for 10,000 of them are made at once.

    Attributes:
        parent: The folder that the run's folder lies in.
        run: The run's identifier.
        created: When the run began, in seconds since the epoch.
        is_running: Whether a living process has the run.
        model: What is trained; None where the config can't be read, as for the next two. `problem` then says why.
        planned_epochs: Epochs that were asked for.
        validation_size: Images that the validation accuracy was measured on.
        state: None while the log has no last word: the run goes on, or its process died.
        epochs: Epochs that were finished.
        best_validation_accuracy: None before the first epoch's end.
        kept: The checkpoints on disk.
        test_accuracy: Of checkpoint `best` on the test set, at the newest look; None if it was never looked at.
        test_looks: How often the test set was looked at with this run.
    """

    parent: Path
    run: str
    created: float
    is_running: bool
    # From here on it is what the index remembers, in this order.
    model: str | None
    planned_epochs: int | None
    validation_size: int | None
    is_demo: bool
    state: RunState | None
    epochs: int
    best_epoch: int
    best_validation_accuracy: float | None
    active_seconds: float
    kept: tuple[KeptCheckpoint, ...]
    test_accuracy: float | None
    test_looks: int
    problem: str

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.parent / self.run)

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """The names of the checkpoints on disk."""
        return tuple(checkpoint.name for checkpoint in self.kept)

    @property
    def status(self) -> str:
        """Where the run stands, in words."""
        if self.state is not None:
            return str(self.state)
        return "running" if self.is_running else f"crashed at epoch {self.epochs + 1}"

    @property
    def can_resume(self) -> bool:
        """Whether it has a checkpoint and work left, and nobody else is at it."""
        return bool(self.kept) and self.state is not RunState.FINISHED and not self.is_running


def list_runs() -> list[RunSummary]:
    """Every run on this machine, newest first. Runs that the index knows as they are now are not opened."""
    parent, index = runs_folder(), RunIndex.load()
    try:
        names = os.listdir(parent)  # noqa: PTH208 - names are all that is needed, and 10,000 paths take their time
    except (FileNotFoundError, NotADirectoryError):
        return []
    summaries = []
    with garbage_left_alone():
        for run in names:
            fingerprint = fingerprint_of(f"{parent}/{run}")
            if fingerprint is None:
                continue
            row = index.row(run, fingerprint)
            if row is None:
                row = _read(RunFolder(parent / run))
                index.note(run, fingerprint, row)
            summaries.append(_summary(parent, run, fingerprint.created, row))
    index.keep(summary.run for summary in summaries)
    return sorted(summaries, key=lambda summary: summary.created, reverse=True)


@contextmanager
def garbage_left_alone() -> Iterator[None]:
    """Keeps the interpreter from looking for garbage again and again among 10,000 things that are to stay."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def summary_of(folder: RunFolder) -> RunSummary:
    """The summary of one run; whatever can't be read is left empty rather than an error."""
    fingerprint = fingerprint_of(str(folder.path))
    return _summary(folder.path.parent, folder.run, fingerprint.created if fingerprint else 0.0, _read(folder))


_STATES: dict[str | None, RunState | None] = {None: None, **{str(state): state for state in RunState}}


def _summary(parent: Path, run: str, created: float, row: Row) -> RunSummary:
    *what, state_name, epochs, best_epoch, best, seconds, kept, accuracy, looks, problem = row
    state = _STATES[state_name]
    # Only now and never from the index: a process dies without a trace in the run's files.
    is_running = state is None and is_being_written(RunFolder(parent / run))
    checkpoints = tuple(KeptCheckpoint(*checkpoint) for checkpoint in kept)
    figures = (state, epochs, best_epoch, best, seconds, checkpoints, accuracy, looks, problem)
    return RunSummary._make((parent, run, created, is_running, *what, *figures))


def _read(folder: RunFolder) -> Row:
    """What there is to know of a run, from its own files."""
    what: Row = [None, None, None, False]
    problem = ""
    try:
        config = folder.config()
    except UserError as error:
        problem = error.line()
    else:
        what = [config.model_name, config.epochs, config.validation_size, config.is_demo]
    looks = [report for report in folder.reports() if report.split == "test"]
    kept = [
        _kept(folder, name, looks) for name in ("best", "last") if manifest_file(folder.checkpoints, name).is_file()
    ]
    of_best = [report.accuracy for report in looks if report.checkpoint == "best"]
    return [*what, *_figures(_tail(folder.events_file)), kept, of_best[-1] if of_best else None, len(looks), problem]


def _kept(folder: RunFolder, name: str, looks: list[Report]) -> KeptCheckpoint:
    try:
        manifest = read_manifest(manifest_file(folder.checkpoints, name))
    except UserError:
        return KeptCheckpoint(name, None, None, None)
    own = [look.accuracy for look in looks if (look.checkpoint, look.epoch) == (name, manifest.epoch)]
    return KeptCheckpoint(name, manifest.epoch, manifest.validation_accuracy, own[-1] if own else None)


def _figures(events: list[Event]) -> tuple[RunState | None, int, int, float | None, float]:
    """State, epochs, best epoch, its validation accuracy, seconds."""
    ended = [event for event in events if isinstance(event, EpochEnded)]
    last = next((event for event in reversed(events) if isinstance(event, RunEnded | RunResumed)), None)
    if isinstance(last, RunEnded):
        best_accuracy = last.best_validation_accuracy if last.best_epoch else None
        return last.state, last.epochs, last.best_epoch, best_accuracy, last.active_seconds
    if not ended:
        return None, 0, 0, None, 0.0
    best = max(ended, key=lambda event: event.validation_accuracy)
    return None, ended[-1].epoch, best.epoch, best.validation_accuracy, ended[-1].active_seconds


def _tail(log: Path) -> list[Event]:
    """The telling events at the end of a log."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            lines = file.read().split(b"\n")
    except OSError:
        return []
    telling = (line for line in lines if any(word in line for word in TELLING))
    return [event for line in telling if (event := from_line(line)) is not None]
