"""The messages that cross screens or threads."""

from dataclasses import dataclass
from pathlib import Path

from textual.message import Message

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import NO_LABELS, RunLabels


class FirstViewReady(Message):
    """The first view is complete: slow work may begin."""


class SnapshotChanged(Message):
    """The controller's snapshot of the active run changed."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, SnapshotChanged)


@dataclass
class StartRequested(Message):
    """The user starts a run."""

    config: RunConfig
    labels: RunLabels = NO_LABELS


@dataclass
class ResumeRequested(Message):
    """The user resumes a run."""

    folder: RunFolder
    overrides: ResumeOverrides | None = None


@dataclass
class WatchRequested(Message):
    """The user wants to see a run of another process in the live view."""

    folder: RunFolder


@dataclass
class BackgroundRequested(Message):
    """The user wants to train a config in a process of its own; None moves the active run into one."""

    config: RunConfig | None
    labels: RunLabels = NO_LABELS


@dataclass
class QueueRequested(Message):
    """The user wants to queue runs; the note is shown before they agree."""

    configs: list[RunConfig]
    labels: RunLabels = NO_LABELS
    note: str = ""


@dataclass
class SweepRequested(Message):
    """The user wants to make a sweep.

    Attributes:
        config: The values of all fields that don't vary.
        space: What was typed for each field that varies.
    """

    config: RunConfig
    space: dict[str, str]


@dataclass
class LabelsUnused(Message):
    """The user cancelled, or nothing could be started or queued: the labels remain those of the next run."""

    labels: RunLabels


@dataclass
class FormEdited(Message):
    """The form has another valid config."""

    config: RunConfig


@dataclass
class OfferDismissed(Message):
    """The user does not want to resume the crashed run that was offered."""

    run: str


@dataclass
class ConfigChosen(Message):
    """The user wants a config in the form."""

    config: RunConfig


@dataclass
class CommandRequested(Message):
    """The user wants the command that trains a config."""

    config: RunConfig


@dataclass
class CheckpointChosen(Message):
    """The user wants to see a checkpoint in the Evaluate view."""

    run: Path
    checkpoint: str


@dataclass
class ExportRequested(Message):
    """The user wants to export a run or one of its checkpoints.

    Attributes:
        checkpoints: The names of its checkpoints, the default first.
    """

    folder: RunFolder
    checkpoints: tuple[str, ...]


@dataclass
class RunChosen(Message):
    """The user wants to see a run in the Runs view."""

    run: Path


@dataclass
class ComparisonRequested(Message):
    """The user compares runs."""

    folders: list[RunFolder]


class TerminalLost(Message):
    """The terminal is gone: there will be no more input."""
