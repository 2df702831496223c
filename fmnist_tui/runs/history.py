"""What counts of a run's log: how it was started and resumed, and its epochs, without what a resume made void."""

from dataclasses import dataclass, field
from itertools import islice

from fmnist_tui.atomic_files import open_regular
from fmnist_tui.events import EpochEnded, RunResumed, RunStarted
from fmnist_tui.runs.event_log import MAX_LOG, event_in, read_events, read_lines
from fmnist_tui.runs.folder import RunFolder

STARTS = (b"run_started", b"run_resumed")
EPOCHS = (b"epoch_ended",)
"""The events that are parsed, by their type; most of a log is steps."""

FIRST_EVENTS = 20
"""The events among which a run reports its start."""


@dataclass(frozen=True, slots=True)
class Part:
    """The training from a start or a resume on.

    Attributes:
        epoch: The epoch that it began with.
        step: The number of that epoch's steps that were done before.
        started: What was found and chosen then.
    """

    epoch: int
    step: int
    started: RunStarted


@dataclass(slots=True)
class RunHistory:
    """The parts and the epochs of a run that led to its newest checkpoint, in order."""

    parts: list[Part] = field(default_factory=list)
    epochs: list[EpochEnded] = field(default_factory=list)

    def add(self, event: RunStarted | RunResumed | EpochEnded) -> None:
        """Take account of the next event of the log."""
        match event:
            case RunStarted():
                self._begin(Part(1, 0, event))
            case RunResumed():
                self._begin(Part(event.epoch, event.step, event.started))
            case EpochEnded():
                self.epochs = self._epochs_before(event.epoch)
                self.epochs.append(event)

    def _begin(self, part: Part) -> None:
        self.parts = [each for each in self.parts if (each.epoch, each.step) < (part.epoch, part.step)]
        self.parts.append(part)
        self.epochs = self._epochs_before(part.epoch)

    def _epochs_before(self, epoch: int) -> list[EpochEnded]:
        if not self.epochs or self.epochs[-1].epoch < epoch:
            return self.epochs
        return [each for each in self.epochs if each.epoch < epoch]


def read_history(folder: RunFolder, *, with_epochs: bool = True) -> RunHistory:
    """Return what counts of a run's log.

    Args:
        folder: The run.
        with_epochs: Whether to read its epochs, of which there may be many.

    Raises:
        OSError: The log can't be read.
    """
    history, types = RunHistory(), STARTS + EPOCHS * with_epochs
    with open_regular(folder.events_file) as stream:
        for line in read_lines(stream, MAX_LOG):
            if any(name in line for name in types):
                event = event_in(line)
                if isinstance(event, RunStarted | RunResumed | EpochEnded):
                    history.add(event)
    return history


def first_start(folder: RunFolder) -> RunStarted | None:
    """Return how a run started, from the beginning of its log; None if it is not there.

    Raises:
        OSError: The log can't be read.
    """
    first = islice(read_events(folder.events_file), FIRST_EVENTS)
    return next((event for event in first if isinstance(event, RunStarted)), None)
