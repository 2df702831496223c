"""The two kinds of export formats: of a run's history, and of a checkpoint's network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fmnist_tui.runs.folder import RunFolder

if TYPE_CHECKING:
    from torch import Tensor

    from fmnist_tui.exporting.trained_network import TrainedNetwork

    Predictor = Callable[[Tensor], Tensor]
    """From float32 pixels [n, 1, 28, 28], 0 to 1, to logits [n, 10]."""


class ExportFormat(ABC):
    """A format that `fmnist-tui export --format NAME` writes.

    Its module imports what is slow or optional inside its methods only: the names of all formats are listed often.

    Attributes:
        name: The format's name on the command line.
        summary: What the file is for, in a few words.
        suffix: Of the file's name; empty if the export is a folder.
        requires: The optional packages that it needs, as `pip install` takes them.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    suffix: ClassVar[str] = ""
    requires: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def default_target(self, folder: RunFolder, checkpoint: str) -> Path:
        """Return where the export is written if the user names no other place."""

    @abstractmethod
    def usage(self, path: Path) -> str:
        """Return how to open the export: a command, or a line of Python."""

    def is_export(self, path: Path) -> bool:
        """Return whether a path may be an earlier export, which may be replaced on request."""
        return path.is_file()


class HistoryFormat(ExportFormat):
    """A format for what a run's event log holds.

    Attributes:
        part: What of the run it holds, for the file's name.
    """

    part: ClassVar[str]

    @abstractmethod
    def write(self, folder: RunFolder, target: Path) -> str:
        """Write the export to `target`, where nothing is; return in one sentence what is in it.

        Raises:
            UserError: The log can't be read, or does not hold what the export needs.
            OSError: The export can't be written.
        """

    def default_target(self, folder: RunFolder, checkpoint: str) -> Path:
        return folder.exports / f"{folder.run}-{self.part}{self.suffix}"


class NetworkFormat(ExportFormat):
    """A format for a network with its weights. Every file is verified before it gets its name."""

    @abstractmethod
    def content(self, trained: TrainedNetwork) -> bytes:
        """Return the file's content.

        Raises:
            UserError: The format can't hold the network.
        """

    @abstractmethod
    def predictor(self, content: bytes, trained: TrainedNetwork) -> Predictor:
        """Return a function that predicts with nothing but the file's content, as its user will."""

    @abstractmethod
    def describe(self, trained: TrainedNetwork) -> str:
        """Return in one sentence what is in the file."""

    def default_target(self, folder: RunFolder, checkpoint: str) -> Path:
        return folder.exports / f"{folder.run}-{checkpoint}{self.suffix}"
