"""What a list shows of a run."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from sys import intern
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from fmnist_tui.errors import UserError
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.folder import RunFolder

if TYPE_CHECKING:
    from fmnist_tui.checkpoints.manifest import Manifest
    from fmnist_tui.config import RunConfig
    from fmnist_tui.evaluation.report import Report


class SavedCheckpoint(NamedTuple):
    """What a list shows of a checkpoint. If its manifest can't be read, only the name is known.

    Attributes:
        epoch: The epoch that its weights come from.
        saved: When it was saved, in seconds since the epoch.
        weights_sha256: The digest of its weights.
        validation_accuracy: None as well if the checkpoint was saved within the epoch.
        test_accuracy: Of its newest test-set evaluation; None if there is none.
    """

    name: str
    epoch: int | None = None
    saved: float | None = None
    weights_sha256: str | None = None
    validation_accuracy: float | None = None
    test_accuracy: float | None = None

    @classmethod
    def of(cls, name: str, manifest: "Manifest") -> "SavedCheckpoint":
        """Return what `manifest` states about the checkpoint `name`."""
        return cls(name, manifest.epoch, manifest.time, manifest.weights.sha256, manifest.validation_accuracy)

    def is_subject_of(self, report: "Report") -> bool:
        """Return whether `report` is on this checkpoint as it is now, not on an earlier one of the same name."""
        if report.checkpoint != self.name or self.saved is None:
            return False
        if report.weights_sha256 is not None:
            return report.weights_sha256 == self.weights_sha256
        return report.epoch == self.epoch and report.time >= self.saved  # a report of version 0.1


class RunSummary(NamedTuple):
    """What a list shows of a run. A named tuple, because 10,000 of them are made at once.

    Attributes:
        parent: The folder that contains the run's folder.
        run: The run's identifier.
        created: When the run started, in seconds since the epoch.
        model: None, like the next two, if the config can't be read; `problem` then states why.
        planned_epochs: The configured number of epochs.
        validation_size: The number of validation images.
        dataset_mark: The label of the dataset, such as "DEMO"; empty for the default dataset.
        state: The state that the run ended in; None if its log has no end.
        epochs: The number of finished epochs.
        best_epoch: The epoch with the highest validation accuracy; 0 before the first has ended.
        test_accuracy: Of the newest test-set evaluation of checkpoint `best` as it is now; None if there is none.
        test_evaluations: The number of all test-set evaluations of the run.
        problem: What of the run can't be read; empty if everything can.
        name: What the user calls it; empty, like the next two, if the user has not labeled it.
        is_marked: Whether the user has marked it.
        settings_json: See `settings`. A string, because most lists need it of a few runs or none.
        is_running: Whether a living process holds the run's lock. Never stored: a process may die without a trace.
        is_queued: Whether the run is in the queue, or its SLURM job has not begun. Never stored, either.
    """

    parent: Path
    run: str
    created: float = 0.0
    model: str | None = None
    planned_epochs: int | None = None
    validation_size: int | None = None
    dataset_mark: str = ""
    state: str | None = None
    epochs: int = 0
    best_epoch: int = 0
    best_validation_accuracy: float | None = None
    active_seconds: float = 0.0
    test_accuracy: float | None = None
    test_evaluations: int = 0
    problem: str = ""
    name: str = ""
    note: str = ""
    is_marked: bool = False
    tags: tuple[str, ...] = ()
    checkpoints: tuple[SavedCheckpoint, ...] = ()
    settings_json: str = "{}"
    is_running: bool = False
    is_queued: bool = False

    @property
    def folder(self) -> RunFolder:
        return RunFolder(self.parent / self.run)

    @property
    def title(self) -> str:
        """What a list or a heading calls the run: its name, or else its identifier."""
        return self.name or self.run

    @property
    def settings(self) -> Mapping[str, Any]:
        """The run's config by the names of its fields, model and dataset included; empty if it can't be read."""
        return _settings_in(self.settings_json)

    @property
    def checkpoint_names(self) -> tuple[str, ...]:
        return tuple(checkpoint.name for checkpoint in self.checkpoints)

    @property
    def status(self) -> RunStatus:
        if self.is_running:
            return RunStatus.RUNNING
        if self.is_queued and self.state != RunStatus.FINISHED:
            return RunStatus.QUEUED
        return RunStatus.CRASHED if self.state is None else RunStatus(self.state)

    @property
    def status_text(self) -> str:
        """The status, with the epoch that a crashed run was in."""
        return f"crashed at epoch {self.epochs + 1}" if self.status is RunStatus.CRASHED else self.status

    def config(self) -> "RunConfig | None":
        """Return the run's config; None if it can't be read."""
        try:
            return self.folder.config()
        except UserError:
            return None

    @property
    def can_resume(self) -> bool:
        """Whether the run has epochs left and no process is training it."""
        return self.model is not None and self.state != RunStatus.FINISHED and not self.is_running

    def to_json(self) -> str:
        """Return as a JSON list what the catalog stores beside the settings: all between the name and them."""
        return json.dumps(self[2:-3])

    @classmethod
    def from_json(cls, parent: Path, run: str, text: str, settings_json: str = "{}") -> "RunSummary":
        """Return the summary that `to_json` stored.

        Raises:
            ValueError, TypeError, LookupError: The text is something else.
        """
        *fields, tags, checkpoints = json.loads(text)
        stored = (*fields, tuple(tags), tuple(map(SavedCheckpoint._make, checkpoints)))
        return cls._make(
            (parent, run, *stored, settings_json, False, False)
        )  # _make requires the exact number of fields


@lru_cache(maxsize=1 << 14)
def _settings_in(text: str) -> Mapping[str, Any]:
    """Return the settings in a JSON object. A filter asks for those of all runs after each key."""
    # Parsed one by one, each object would have its own copy of the names, which take most of the memory.
    return MappingProxyType({intern(name): value for name, value in json.loads(text).items()})
