"""What the list of runs shows of one, read from the run's own files: from the end of its log, however long that is."""

from pathlib import Path

from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report
from fmnist_tui.events import EpochEnded, Event, RunEnded, RunResumed, RunState, from_line
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.index import Row
from fmnist_tui.training.manifest import checkpoint_names, manifest_file, read_manifest

TAIL_BYTES = 64 * 1024

TELLING = (b"epoch_ended", b"run_ended", b"run_resumed")
"""The types of the events that a summary is made from; most of a log is steps, which need not be understood."""


def read_row(folder: RunFolder) -> Row:
    """The columns of a `RunSummary`, in their order; whatever can't be read is left empty."""
    what: Row = [None, None, None, False]
    problem = ""
    try:
        config = folder.config()
    except UserError as error:
        problem = error.line()
    else:
        what = [config.model_name, config.epochs, config.validation_size, config.is_demo]
    looks = [report for report in folder.reports() if report.split == "test"]
    kept = [_kept(folder, name, looks) for name in checkpoint_names(folder.checkpoints)]
    of_best = [report.accuracy for report in looks if report.checkpoint == "best"]
    return [*what, *_figures(_tail(folder.events_file)), kept, of_best[-1] if of_best else None, len(looks), problem]


def _kept(folder: RunFolder, name: str, looks: list[Report]) -> Row:
    """The columns of a `KeptCheckpoint`."""
    try:
        manifest = read_manifest(manifest_file(folder.checkpoints, name))
    except UserError:
        return [name, None, None, None]
    own = [look.accuracy for look in looks if (look.checkpoint, look.epoch) == (name, manifest.epoch)]
    return [name, manifest.epoch, manifest.validation_accuracy, own[-1] if own else None]


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
