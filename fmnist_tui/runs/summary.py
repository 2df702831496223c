"""A run in one line: enough for a list, read from the end of its log so that long runs cost no more than short ones."""

from dataclasses import dataclass
from pathlib import Path

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.events import EpochEnded, Event, RunEnded, RunResumed, RunState, from_line
from fmnist_tui.runs.folder import RunFolder, run_folders
from fmnist_tui.runs.lock import is_being_written

TAIL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What the list of runs shows of one.

    Attributes:
        created: When the run began, in seconds since the epoch.
        config: None where the config can't be read; `problem` then says why.
        state: None while the log has no last word: the run goes on, or its process died.
        is_running: Whether a living process has the run.
        epochs: Epochs that were finished.
        best_validation_accuracy: None before the first epoch's end.
        test_accuracy: Of checkpoint `best` on the test set, at the newest look; None if it was never looked at.
        test_looks: How often the test set was looked at with this run.
    """

    folder: RunFolder
    created: float
    config: RunConfig | None
    state: RunState | None
    is_running: bool
    epochs: int
    best_epoch: int
    best_validation_accuracy: float | None
    active_seconds: float
    checkpoints: tuple[str, ...]
    test_accuracy: float | None
    test_looks: int
    problem: str = ""

    @property
    def run(self) -> str:
        return self.folder.run

    @property
    def status(self) -> str:
        """Where the run stands, in words."""
        if self.state is not None:
            return str(self.state)
        return "running" if self.is_running else f"crashed at epoch {self.epochs + 1}"

    @property
    def can_resume(self) -> bool:
        """Whether it has a checkpoint and work left, and nobody else is at it."""
        return bool(self.checkpoints) and self.state is not RunState.FINISHED and not self.is_running

    @property
    def is_demo(self) -> bool:
        return self.config is not None and self.config.is_demo


def list_runs() -> list[RunSummary]:
    """Every run on this machine, newest first."""
    return sorted((summary_of(folder) for folder in run_folders()), key=lambda summary: summary.created, reverse=True)


def summary_of(folder: RunFolder) -> RunSummary:
    """The summary of one run; whatever can't be read is left empty rather than an error."""
    config, problem = None, ""
    try:
        config = folder.config()
    except UserError as error:
        problem = error.line()
    state, epochs, best_epoch, best, seconds = _figures(_tail(folder.events_file))
    looks = [report for report in folder.reports() if report.split == "test"]
    best_looks = [report for report in looks if report.checkpoint == "best"]
    return RunSummary(
        folder=folder,
        created=folder.config_file.stat().st_mtime,
        config=config,
        state=state,
        is_running=state is None and is_being_written(folder),
        epochs=epochs,
        best_epoch=best_epoch,
        best_validation_accuracy=best,
        active_seconds=seconds,
        checkpoints=tuple(name for name in ("best", "last") if (folder.checkpoints / f"{name}.json").is_file()),
        test_accuracy=best_looks[-1].accuracy if best_looks else None,
        test_looks=len(looks),
        problem=problem,
    )


def _figures(events: list[Event]) -> tuple[RunState | None, int, int, float | None, float]:
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
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            lines = file.read().split(b"\n")
    except OSError:
        return []
    return [event for line in lines if (event := from_line(line)) is not None]
