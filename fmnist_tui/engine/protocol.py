"""What the interface asks of the compute side. `ComputeEngine` implements it in this process; tests script it."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fmnist_tui.config import RunConfig
from fmnist_tui.data.splits import Split
from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.evaluation.report import Report
from fmnist_tui.exporting.result import Exported
from fmnist_tui.models import Architecture
from fmnist_tui.models.summary import ModelSummary
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.snapshot import RunSnapshot

if TYPE_CHECKING:
    from fmnist_tui.data.image_split import ImageSplit
    from fmnist_tui.data.image_types import GrayImage, GrayImages
    from fmnist_tui.engine.repeats import PlannedRepeats
    from fmnist_tui.evaluation.predictions import Predictions


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What the engine computes with, for the status line."""

    torch_version: str
    device: str
    threads: int


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """The memory that a training takes in addition to its dataset, and what its device has left, in bytes."""

    needed: int
    available: int


class RunHandle(Protocol):
    """Controls the run that is shown. Every call returns at once; the run's events report its effect."""

    def pause(self) -> None:
        """Request that the run waits after its current batch."""

    def unpause(self) -> None:
        """Request that a paused run continues."""

    def stop(self, reason: str = "") -> None:
        """Request that the run finishes its batch, saves checkpoint `last` and ends; its end reports the `reason`."""

    def abandon(self) -> None:
        """Request that the run ends after its batch, without saving what follows the last checkpoint."""


class Engine(Protocol):
    """Trains runs, one at a time, and answers questions about models, data and checkpoints, also while a run trains.

    Calls return at once. A future's error is a `UserError` if the user can do something about it.
    """

    def load(self) -> Future[EngineInfo]:
        """Import torch and everything else that a run needs, on the compute thread."""

    def close(self) -> bool:
        """End the compute side after its current job; return False if that takes too long to wait for."""

    def train(self, config: RunConfig, sink: EventSink, labels: RunLabels) -> RunHandle:
        """Start a run with these labels. `sink` receives its events on the compute thread, up to its `RunEnded`."""

    def resume(self, run: Path, sink: EventSink, overrides: ResumeOverrides | None = None) -> RunHandle:
        """Resume the run in folder `run`; `sink` receives the events of its log first."""

    def watch(self, run: Path, show: Callable[[RunSnapshot], object]) -> RunHandle:
        """Follow the run in folder `run`, which another process trains or has trained.

        `show` receives each new snapshot, on a thread of the engine. A request of the handle goes to that process;
        `abandon` ends the watch, not the run.
        """

    def summarize(self, model: Architecture) -> Future[ModelSummary]:
        """Return the layers, parameters and FLOPs of a network."""

    def estimate_memory(self, config: RunConfig) -> Future[MemoryEstimate]:
        """Return the memory of a training; the error is a `UserError` if this machine lacks what the config names."""

    def plan_repeats(self, config: RunConfig, repeats: int) -> "Future[PlannedRepeats]":
        """Return how to train repeats of a config; the error is a `UserError` if this machine lacks what it names."""

    def check_data(self, config: RunConfig) -> Future[str]:
        """Find and verify the dataset of a config's `data`, without a download; return where it is."""

    def evaluate(
        self, run: Path, checkpoint: str, split: Split, on_progress: Callable[[int, int], None]
    ) -> Future[Report]:
        """Evaluate a checkpoint of the run in folder `run`, and save the report with the run.

        `on_progress` receives the images done and in all, on the compute thread; an error that it raises the
        evaluation, and is the future's.
        """

    def export(
        self, run: Path, checkpoint: str, form: str, on_progress: Callable[[int, int], None], *, overwrite: bool
    ) -> Future[Exported]:
        """Export the run in folder `run`, or its checkpoint, in the format named `form`, into that folder.

        `on_progress` receives the images that were compared and all, on the compute thread; an error that it raises
        ends the export, which then leaves nothing behind, and is the future's.
        """

    def classify(self, run: Path, checkpoint: str, image: "GrayImage") -> Future[list[float]]:
        """Return the probability of each class for an image, by a checkpoint of the run in folder `run`."""

    def image_split(self, config: RunConfig, split: Split) -> "Future[ImageSplit]":
        """Return the images of a split as a config splits its data, which must be on this machine."""

    def augmented(self, config: RunConfig, image: "GrayImage", copies: int, draw: int) -> "Future[GrayImages]":
        """Return copies of an image as a config's augmentation changes them; `draw` seeds the random numbers."""

    def images(self, run: Path, checkpoint: str, split: Split, predictions: "Predictions") -> "Future[GrayImages]":
        """Return the images that a checkpoint's predictions were made on.

        The error is a `UserError` if the checkpoint's config and data select other images by now.
        """
