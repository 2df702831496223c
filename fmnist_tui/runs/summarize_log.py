"""What the list of runs shows of one: from the ends of its log, however long that is, and from its checkpoints."""

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

from fmnist_tui.atomic_files import open_regular
from fmnist_tui.checkpoints.manifest import Manifest, checkpoint_names, manifest_file, read_manifest
from fmnist_tui.checkpoints.progress import TrainingProgress
from fmnist_tui.datasets import mark_of
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report
from fmnist_tui.events import EpochEnded, Event, RunEnded, RunResumed, RunState
from fmnist_tui.runs.event_log import event_in
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.index import Row
from fmnist_tui.sanitize import quote

TAIL_BYTES = 64 * 1024

SUMMARY_EVENTS = (b"epoch_ended", b"run_ended", b"run_resumed")
"""The types of the events that a summary is made from; most of a log is steps, which need not be understood."""

STAMP = "%Y%m%d-%H%M%S"
"""How the name of a run's folder begins."""

STAMP_LENGTH = 15

Figures = tuple[RunState | None, int, int, float | None, float]
"""State, epochs, best epoch, its validation accuracy, seconds."""

logger = logging.getLogger(__name__)


def summarize_run(folder: RunFolder) -> Row:
    """Return the columns of a `RunSummary`, in their order; whatever can't be read is left empty.

    A run's folder may come from anywhere. Whatever is wrong with it costs its own row's figures, never the list.
    """
    try:
        return _read_row(folder)
    except Exception as error:
        logger.exception("a run could not be read")
        problem = UserError(f"{quote(folder.path, 200)} can't be read: {type(error).__name__} {quote(error, 200)}")
        return [0.0, None, None, None, "", None, 0, 0, None, 0.0, [], None, 0, problem.line()]


def _read_row(folder: RunFolder) -> Row:
    what: Row = [None, None, None, ""]
    problem = ""
    try:
        config = folder.config()
    except UserError as error:
        problem = error.line()
    else:
        what = [config.model_name, config.epochs, config.validation_size, mark_of(config.dataset)]
    looks = [report for report in folder.reports() if report.split == "test"]
    manifests = dict(_manifests(folder))
    kept = [_kept(name, manifest, looks) for name, manifest in manifests.items()]
    of_best = next((accuracy for name, *_, accuracy in kept if name == "best"), None)
    try:
        first, tail = _ends(folder.events_file)
    except FileNotFoundError:
        first, tail = None, []
    except OSError as error:
        first, tail = None, []
        problem = problem or UserError(f"can't read {quote(folder.events_file, 200)}: {error.strerror or error}").line()
    figures = _figures(_furthest(manifests), tail)
    created = first if first is not None else _created_by_name(folder)
    return [created, *what, *figures, kept, of_best, len(looks), problem]


def _manifests(folder: RunFolder) -> Iterator[tuple[str, Manifest | None]]:
    """The run's checkpoints by name; None where a manifest can't be read."""
    for name in checkpoint_names(folder.checkpoints):
        try:
            yield name, read_manifest(manifest_file(folder.checkpoints, name))
        except UserError:
            yield name, None


def _kept(name: str, manifest: Manifest | None, looks: list[Report]) -> Row:
    """The columns of a `SavedCheckpoint`."""
    if manifest is None:
        return [name, None, None, None, None]
    own = [look.accuracy for look in looks if look.is_about(name, manifest.epoch, manifest.time)]
    return [name, manifest.epoch, manifest.time, manifest.validation_accuracy, own[-1] if own else None]


def _furthest(manifests: dict[str, Manifest | None]) -> TrainingProgress:
    """Where the run stood when its newest checkpoint was saved."""
    saved = [manifest.progress for manifest in manifests.values() if manifest is not None]
    return max(saved, key=lambda progress: (progress.epoch, progress.step), default=TrainingProgress())


def _figures(saved: TrainingProgress, tail: list[Event]) -> Figures:
    """What the events at the log's end say, completed by what the newest checkpoint knows of the time before them."""
    best: EpochEnded | None = None
    epochs, seconds = 0, 0.0
    for event in tail:
        match event:
            case RunEnded():
                continue
            case RunResumed():
                epochs, best, seconds = event.epoch - 1, event.best, event.active_seconds
            case EpochEnded():
                if best and best.epoch >= event.epoch:  # an older log may have lost its resume
                    best = None
                epochs, seconds = event.epoch, event.active_seconds
                best = event if _is_better(event, best) else best
    last = next((event for event in reversed(tail) if isinstance(event, RunEnded | RunResumed)), None)
    if isinstance(last, RunEnded):
        accuracy = last.best_validation_accuracy if last.best_epoch else None
        return last.state, last.epochs, last.best_epoch, accuracy, last.active_seconds
    epochs, seconds = max((epochs, seconds), (saved.epoch - 1, saved.active_seconds))
    if saved.best and (best is None or not _is_better(best, saved.best)):
        best = saved.best
    return None, epochs, best.epoch if best else 0, best.validation_accuracy if best else None, seconds


def _is_better(epoch: EpochEnded, best: EpochEnded | None) -> bool:
    return best is None or epoch.validation_accuracy > best.validation_accuracy


def _ends(log: Path) -> tuple[float | None, list[Event]]:
    """The time of a log's first event, and the telling events at its end.

    Raises:
        OSError: It can't be read.
    """
    with open_regular(log) as stream:
        size = os.fstat(stream.fileno()).st_size
        head = stream.read(TAIL_BYTES)
        stream.seek(max(0, size - TAIL_BYTES))
        lines = stream.read(TAIL_BYTES).split(b"\n")
    first = next((event.time for line in head.split(b"\n") if line and (event := event_in(line)) is not None), None)
    telling = (line for line in lines if any(word in line for word in SUMMARY_EVENTS))
    return first, [event for line in telling if (event := event_in(line)) is not None]


def _created_by_name(folder: RunFolder) -> float:
    """When a run began whose log doesn't say so: as its name says, or else when its config was written."""
    try:
        return time.mktime(time.strptime(folder.run[:STAMP_LENGTH], STAMP))
    except (ValueError, OverflowError):
        try:
            return folder.config_file.stat().st_mtime
        except OSError:
            return 0.0
