"""What the parts of the interface tell each other. Whatever crosses a screen or a thread is here."""

from dataclasses import dataclass
from pathlib import Path

from textual.message import Message

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.runs.folder import RunFolder


class FirstViewReady(Message):
    """All of the first view is in place: what takes its time may begin."""


class RunMoved(Message):
    """The run under way has news; what they are is in the controller's snapshot."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, RunMoved)


@dataclass
class EvaluationMoved(Message):
    """More images of an evaluation are done."""

    done: int
    total: int

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, EvaluationMoved)


@dataclass
class StartRequested(Message):
    """Someone wants to train this config."""

    config: RunConfig


@dataclass
class ResumeRequested(Message):
    """Someone wants a run of the past to go on."""

    folder: RunFolder
    changes: ResumeOverrides | None = None


@dataclass
class ConfigChosen(Message):
    """A config is to be shown in the form."""

    config: RunConfig


@dataclass
class CommandRequested(Message):
    """Someone wants the command that trains this config."""

    config: RunConfig


@dataclass
class LearningRequested(Message):
    """Someone wants to see how a run learns, or has learned."""

    folder: RunFolder


@dataclass
class CheckpointChosen(Message):
    """A run's checkpoint is to be selected in the Evaluate view."""

    run: Path
    checkpoint: str


class TerminalLost(Message):
    """The terminal is gone: nothing will be typed any more."""
