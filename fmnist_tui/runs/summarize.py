"""The summary of a run, read from both ends of its log, however long that is, and from its checkpoints."""

import json
import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from fmnist_tui.atomic_files import open_regular
from fmnist_tui.checkpoints.manifest import checkpoint_names, manifest_file, read_manifest
from fmnist_tui.checkpoints.progress import TrainingProgress
from fmnist_tui.datasets import mark_of
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report
from fmnist_tui.events import EpochEnded, Event, RunEnded, RunResumed, best_of
from fmnist_tui.runs.event_log import event_in
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import read_labels
from fmnist_tui.runs.summary import RunSummary, SavedCheckpoint
from fmnist_tui.sanitize import quote

TAIL_BYTES = 64 * 1024

SUMMARY_EVENTS = (b"epoch_ended", b"run_ended", b"run_resumed")
"""The types of the events that a summary is made from; most of a log is steps, which need not be parsed."""

STAMP, STAMP_LENGTH = "%Y%m%d-%H%M%S", 15
"""How the name of a run's folder begins."""

logger = logging.getLogger(__name__)


def summarize_run(folder: RunFolder) -> RunSummary:
    """Return the summary of a run; what can't be read is left out.

    A run's folder may come from anywhere. Whatever is wrong with it affects only its own summary, never the list.
    """
    try:
        return _read(folder)
    except Exception as error:
        logger.exception("a run could not be read")
        problem = UserError(f"{quote(folder.path, 200)} can't be read: {type(error).__name__} {quote(error, 200)}")
        return RunSummary(folder.path.parent, folder.run, problem=problem.line())


def _read(folder: RunFolder) -> RunSummary:
    found: dict[str, Any] = {}
    problems = []
    try:
        config = folder.config()
    except UserError as error:
        problems.append(error.line())
    else:
        found["model"], found["planned_epochs"] = config.model_name, config.epochs
        found["validation_size"], found["dataset_mark"] = config.validation_size, mark_of(config.dataset)
        found["settings_json"] = json.dumps(config.to_flat())
    evaluations = [report for report in folder.reports() if report.split == "test"]
    checkpoints, progress = _checkpoints(folder, evaluations)
    created: float | None = None
    tail: list[Event] = []
    try:
        head, end = ends_of(folder.events_file)
        created = next((event.time for line in head if line and (event := event_in(line)) is not None), None)
        tail = list(events_of(end, SUMMARY_EVENTS))
    except FileNotFoundError:
        pass
    except OSError as error:
        problems.append(UserError(f"can't read {quote(folder.events_file, 200)}: {error.strerror or error}").line())
    try:
        found |= dict(read_labels(folder))
    except UserError as error:
        problems.append(error.line())
    return RunSummary(
        parent=folder.path.parent,
        run=folder.run,
        created=_created_by_name(folder) if created is None else created,
        checkpoints=checkpoints,
        test_accuracy=next((checkpoint.test_accuracy for checkpoint in checkpoints if checkpoint.name == "best"), None),
        test_evaluations=len(evaluations),
        problem=problems[0] if problems else "",
        **found,
        **_figures(progress, tail),
    )


def _checkpoints(
    folder: RunFolder, evaluations: Sequence[Report]
) -> tuple[tuple[SavedCheckpoint, ...], TrainingProgress]:
    """Return the run's checkpoints, and the progress that the newest of them states."""
    checkpoints, progress = [], TrainingProgress()
    for name in checkpoint_names(folder.checkpoints):
        try:
            manifest = read_manifest(manifest_file(folder.checkpoints, name))
        except UserError:
            checkpoints.append(SavedCheckpoint(name))
            continue
        checkpoint = SavedCheckpoint.of(name, manifest)
        own = [report.accuracy for report in evaluations if checkpoint.is_subject_of(report)]
        checkpoints.append(checkpoint._replace(test_accuracy=own[-1] if own else None))
        progress = max(progress, manifest.progress, key=lambda progress: (progress.epoch, progress.step))
    return tuple(checkpoints), progress


def _figures(progress: TrainingProgress, tail: Sequence[Event]) -> dict[str, Any]:
    """Return what the events at the log's end state, completed by the newest checkpoint for the time before them."""
    best: EpochEnded | None = None
    ended: RunEnded | None = None
    epochs, seconds = 0, 0.0
    for event in tail:
        match event:
            case RunResumed():
                epochs, best, seconds, ended = event.epoch - 1, event.best, event.active_seconds, None
            case EpochEnded():
                if best and best.epoch >= event.epoch:  # a log of an earlier version may lack its resume
                    best = None
                epochs, seconds, best = event.epoch, event.active_seconds, best_of(best, event)
            case RunEnded():
                ended = event
    if ended is not None:
        figures = ended.model_dump(include={"state", "epochs", "best_epoch", "active_seconds"})
        return figures | {"best_validation_accuracy": ended.best_validation_accuracy if ended.best_epoch else None}
    epochs, seconds = max((epochs, seconds), (progress.epoch - 1, progress.active_seconds))
    best = best_of(progress.best, best)
    return {
        "epochs": epochs,
        "best_epoch": best.epoch if best else 0,
        "best_validation_accuracy": best.validation_accuracy if best else None,
        "active_seconds": seconds,
    }


def ends_of(log: Path) -> tuple[list[bytes], list[bytes]]:
    """Return the lines at a log's beginning, and those at its end.

    Raises:
        OSError: The log can't be read.
    """
    with open_regular(log) as stream:
        size = os.fstat(stream.fileno()).st_size
        head = stream.read(TAIL_BYTES)
        stream.seek(max(0, size - TAIL_BYTES))
        tail = stream.read(TAIL_BYTES)
    return head.split(b"\n"), tail.split(b"\n")


def events_of(lines: Sequence[bytes], types: Sequence[bytes]) -> Iterator[Event]:
    """Return the events of some types, by their names in the log."""
    wanted = (line for line in lines if any(name in line for name in types))
    return (event for line in wanted if (event := event_in(line)) is not None)


def _created_by_name(folder: RunFolder) -> float:
    """Return when a run without a readable log started: as its name states, or else when its config was written."""
    with suppress(ValueError, OverflowError):
        return time.mktime(time.strptime(folder.run[:STAMP_LENGTH], STAMP))
    with suppress(OSError):
        return folder.config_file.stat().st_mtime
    return 0.0
