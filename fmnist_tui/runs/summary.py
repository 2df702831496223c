"""A run in one line, for a list of them.

What reads a run's own files is imported only where one has to be read: most of the time that a list takes is the start
of Python.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from fmnist_tui.errors import UserError
from fmnist_tui.paths import require_home, runs_folder
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.index import Row, RunIndex, fingerprint_of
from fmnist_tui.sanitize import quote


class SavedCheckpoint(NamedTuple):
    """What the list of checkpoints shows of one.

    Attributes:
        epoch: The epoch it was saved in; None where its manifest can't be read.
        saved: When it was saved, in seconds since the epoch; None likewise.
        validation_accuracy: None likewise, and where that epoch was not finished.
        test_accuracy: Of this very checkpoint, at the newest look; None if it was never looked at.
    """

    name: str
    epoch: int | None
    saved: float | None
    validation_accuracy: float | None
    test_accuracy: float | None


class RunSummary(NamedTuple):
    """What the list of runs shows of one. A tuple, for 10,000 of them are made at once.

    Attributes:
        parent: The folder that the run's folder lies in.
        run: The run's identifier.
        is_running: Whether a living process has the run.
        created: When the run began, in seconds since the epoch: by its log, else its name.
        model: What is trained; None where the config can't be read, as for the next two. `problem` then says why.
        planned_epochs: Epochs that were asked for.
        validation_size: Images that the validation accuracy was measured on.
        dataset_mark: The label of the dataset, such as "DEMO"; empty for the default dataset.
        state: The `RunState` that it ended in; None while the log has no last word: it goes on, or its process died.
        epochs: Epochs that were finished.
        best_validation_accuracy: None before the first epoch's end.
        checkpoint_rows: The checkpoints on disk, as `kept` tells of them.
        test_accuracy: Of checkpoint `best` as it is now on the test set, at the newest look; None if there was none.
        test_evaluations: How often the test set was looked at with this run.
    """

    parent: Path
    run: str
    is_running: bool
    # From here on it is what the index remembers, in this order.
    created: float
    model: str | None
    planned_epochs: int | None
    validation_size: int | None
    dataset_mark: str
    state: str | None
    epochs: int
    best_epoch: int
    best_validation_accuracy: float | None
    active_seconds: float
    checkpoint_rows: list[Row]
    test_accuracy: float | None
    test_evaluations: int
    problem: str

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.parent / self.run)

    @property
    def kept(self) -> tuple[SavedCheckpoint, ...]:
        """The checkpoints on disk."""
        return tuple(SavedCheckpoint(*row) for row in self.checkpoint_rows)

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """The names of the checkpoints on disk."""
        return tuple(checkpoint.name for checkpoint in self.kept)

    @property
    def status(self) -> str:
        """Where the run stands, in words."""
        if self.state is not None:
            return self.state
        return RunStatus.RUNNING if self.is_running else f"{RunStatus.CRASHED} at epoch {self.epochs + 1}"

    @property
    def can_resume(self) -> bool:
        """Whether it has work left, and nobody else is at it. Without a checkpoint, it begins again."""
        return self.model is not None and self.state != RunStatus.FINISHED and not self.is_running


STATE = RunSummary._fields.index("state") - RunSummary._fields.index("created")
"""Where a row tells the state."""


def list_runs() -> list[RunSummary]:
    """Return every run on this machine, newest first. Runs that the index knows as they are now are not opened.

    Raises:
        UserError: The folder of runs can't be read, or there can be none.
    """
    parent, index = runs_folder(), RunIndex.load()
    try:
        names = os.listdir(parent)  # noqa: PTH208 - names are all that is needed, and 10,000 paths take their time
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        require_home()
        return []
    except OSError as error:
        require_home()
        raise UserError(f"can't list the runs in {quote(parent, 200)}: {error.strerror or error}") from error
    summaries = []
    with garbage_left_alone():
        for run in names:
            fingerprint = fingerprint_of(f"{parent}/{run}")
            if fingerprint is None:
                continue
            row = index.row(run, fingerprint)
            if row is None:
                from fmnist_tui.runs.summarize_log import summarize_run

                row = summarize_run(RunFolder(parent / run))
                index.note(run, fingerprint, row)
            summaries.append(_summary(parent, run, row))
    index.keep(summary.run for summary in summaries)
    return sorted(summaries, key=lambda summary: (summary.created, summary.run), reverse=True)


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
    from fmnist_tui.runs.summarize_log import summarize_run

    return _summary(folder.path.parent, folder.run, summarize_run(folder))


def _summary(parent: Path, run: str, row: Row) -> RunSummary:
    # Whether it is running is never remembered: a process dies without a trace in the run's files.
    return RunSummary(parent, run, row[STATE] is None and _is_running(RunFolder(parent / run)), *row)


def _is_running(folder: RunFolder) -> bool:
    from fmnist_tui.runs.lock import is_being_written

    return is_being_written(folder)
