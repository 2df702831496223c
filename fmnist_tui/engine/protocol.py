"""What the interface asks of the compute side. The app's tests script one; the app's own runs on the compute thread."""

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
from fmnist_tui.models import Architecture
from fmnist_tui.models.summary import ModelSummary

if TYPE_CHECKING:
    from fmnist_tui.data.image_split import ImageSplit
    from fmnist_tui.data.images import GrayImage, GrayImages
    from fmnist_tui.evaluation.predictions import Predictions


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What the loaded engine says of itself, for the status line."""

    torch_version: str
    device: str
    threads: int


class RunHandle(Protocol):
    """The steering wheel of the run under way. Every call returns at once; the run's events tell what came of it."""

    def pause(self) -> None:
        """Asks the run to wait after the batch under way."""

    def unpause(self) -> None:
        """Asks a paused run to go on."""

    def stop(self, why: str = "") -> None:
        """Asks the run to finish its batch, save checkpoint `last` and end; `why` is told with its end."""

    def abandon(self) -> None:
        """Asks the run to end after its batch without saving what came after the last checkpoint."""


class Engine(Protocol):
    """The compute side. Calls return at once; a future's error is a `UserError` where the user can do something."""

    def close(self) -> bool:
        """Ends the compute side after what it is at; False where that takes too long to wait for."""

    def load(self) -> Future[EngineInfo]:
        """Imports torch and what belongs to it, on the compute thread."""

    def summarize(self, model: Architecture) -> Future[ModelSummary]:
        """What the network costs."""

    def check_data(self, data: str) -> Future[str]:
        """Finds and verifies the dataset that a config's `data` means, without fetching it; tells where it is."""

    def train(self, config: RunConfig, sink: EventSink) -> RunHandle:
        """Begins a run. `sink` hears all of it on the compute thread, up to its `RunEnded`."""

    def resume(self, run: Path, sink: EventSink, changes: ResumeOverrides | None = None) -> RunHandle:
        """Goes on with the run in folder `run`; `sink` hears its history first.

        Raises:
            UserError: The run's config can't be read.
        """

    def evaluate(
        self, run: Path, checkpoint: str, split: Split, on_progress: Callable[[int, int], None]
    ) -> Future[Report]:
        """Measures a checkpoint of the run in folder `run`, and keeps the report with the run.

        Works while a run is under way: its batches wait. `on_progress` hears images done and images in all, on the
        compute thread.
        """

    def classify(self, run: Path, checkpoint: str, picture: "GrayImage") -> Future[list[float]]:
        """The classes' probabilities for a picture, from a checkpoint of the run in folder `run`; it stays loaded."""

    def collection(self, config: RunConfig, split: Split) -> "Future[ImageSplit]":
        """The images of a split as a config splits its data, which must be on this machine; kept at hand."""

    def augmented(self, config: RunConfig, picture: "GrayImage", copies: int, draw: int) -> "Future[GrayImages]":
        """What training by a config would make of a picture, so many times over; `draw` says which of many draws."""

    def pictures(self, run: Path, checkpoint: str, split: Split, predictions: "Predictions") -> "Future[GrayImages]":
        """The images that predictions of a checkpoint were made on; kept at hand for the next call.

        The error is a `UserError` where the checkpoint's config and data select other images by now.
        """
