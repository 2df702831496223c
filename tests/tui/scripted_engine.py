"""An engine that does nothing by itself: the test emits the run's events and completes the futures."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from fmnist_tui.config import RunConfig
from fmnist_tui.data.image_split import ImageSplit
from fmnist_tui.data.image_types import GrayImage, GrayImages
from fmnist_tui.data.splits import Split
from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.engine.protocol import EngineInfo, MemoryEstimate, RunHandle
from fmnist_tui.engine.repeats import PlannedRepeats
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.evaluation.report import Report
from fmnist_tui.events import Event
from fmnist_tui.exporting.result import Exported
from fmnist_tui.models import ARCHITECTURES, Architecture
from fmnist_tui.models.summary import LayerSummary, ModelSummary
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.repeats import Concurrency
from fmnist_tui.runs.snapshot import RunSnapshot


@dataclass
class ScriptedHandle:
    """Record the calls of the run's handle."""

    calls: list[str] = field(default_factory=list)

    def pause(self) -> None:
        self.calls.append("pause")

    def unpause(self) -> None:
        self.calls.append("unpause")

    def stop(self, reason: str = "") -> None:
        self.calls.append(f"stop {reason}".strip())

    def abandon(self) -> None:
        self.calls.append("abandon")


@dataclass
class ScriptedEvaluation:
    """A requested evaluation; the test finishes it."""

    run: Path
    checkpoint: str
    split: Split
    on_progress: Callable[[int, int], None]
    future: Future[Report] = field(default_factory=Future)


@dataclass
class ScriptedExport:
    """A requested export; the test finishes it."""

    run: Path
    checkpoint: str
    form: str
    on_progress: Callable[[int, int], None]
    overwrite: bool
    future: Future[Exported] = field(default_factory=Future)


class ScriptedEngine:
    """Record the app's requests; the test completes them.

    Attributes:
        loading: The future of `load`.
        data_problem: The error that `check_data` fails with; None if the data is there.
        memory_problem: The error that `estimate_memory` fails with; else it needs 1 MB for each image of a batch.
        configs: The configs of the started runs, oldest first.
    """

    def __init__(self) -> None:
        self.loading: Future[EngineInfo] = Future()
        self.data_problem: Exception | None = None
        self.memory_problem: Exception | None = None
        self.available_memory = 8_000_000_000
        self.configs: list[RunConfig] = []
        self.labels: list[RunLabels] = []
        self.handle = ScriptedHandle()
        self.evaluations: list[ScriptedEvaluation] = []
        self.exports: list[ScriptedExport] = []
        self.checked: list[str] = []
        self.image_requests: list[tuple[Path, Split]] = []
        self.image_future: Future[GrayImages] = Future()
        self.split_requests: list[tuple[RunConfig, Split]] = []
        self.split_futures: dict[Split, Future[ImageSplit]] = {split: Future() for split in get_args(Split)}
        self.asked: list[tuple[Path, str, GrayImage]] = []
        self.classify_problem: Exception | None = None
        self.augmentations: list[tuple[RunConfig, int]] = []
        self.resumed: list[tuple[Path, ResumeOverrides | None]] = []
        self.watched: list[Path] = []
        self.show: Callable[[RunSnapshot], object] = lambda _snapshot: pytest.fail("no run is watched")
        self._sink: EventSink | None = None

    def close(self) -> bool:
        return True

    def load(self) -> Future[EngineInfo]:
        return self.loading

    def finish_loading(self) -> None:
        self.loading.set_result(EngineInfo("9.9.9", "cpu", 2))

    def summarize(self, model: Architecture) -> Future[ModelSummary]:
        future: Future[ModelSummary] = Future()
        future.set_result(summary_of(model))
        return future

    def estimate_memory(self, config: RunConfig) -> Future[MemoryEstimate]:
        future: Future[MemoryEstimate] = Future()
        if self.memory_problem is None:
            future.set_result(MemoryEstimate(1_000_000 * config.batch_size, self.available_memory))
        else:
            future.set_exception(self.memory_problem)
        return future

    def plan_repeats(self, config: RunConfig, repeats: int) -> Future[PlannedRepeats]:
        future: Future[PlannedRepeats] = Future()
        if self.memory_problem is None:
            future.set_result(PlannedRepeats(config.pinned("cpu", "fp32", 1), Concurrency(2, 1)))
        else:
            future.set_exception(self.memory_problem)
        return future

    def check_data(self, config: RunConfig) -> Future[str]:
        self.checked.append(config.data)
        future: Future[str] = Future()
        if self.data_problem is None:
            future.set_result("in a test")
        else:
            future.set_exception(self.data_problem)
        return future

    def train(self, config: RunConfig, sink: EventSink, labels: RunLabels) -> RunHandle:
        self.configs.append(config)
        self.labels.append(labels)
        self._sink = sink
        self.handle = ScriptedHandle()
        return self.handle

    def resume(self, run: Path, sink: EventSink, overrides: ResumeOverrides | None = None) -> RunHandle:
        self.resumed.append((run, overrides))
        self._sink = sink
        self.handle = ScriptedHandle()
        return self.handle

    def watch(self, run: Path, show: Callable[[RunSnapshot], object]) -> RunHandle:
        self.watched.append(run)
        self.show = show
        self.handle = ScriptedHandle()
        return self.handle

    def evaluate(
        self, run: Path, checkpoint: str, split: Split, on_progress: Callable[[int, int], None]
    ) -> Future[Report]:
        evaluation = ScriptedEvaluation(run, checkpoint, split, on_progress)
        self.evaluations.append(evaluation)
        return evaluation.future

    def export(
        self, run: Path, checkpoint: str, form: str, on_progress: Callable[[int, int], None], *, overwrite: bool
    ) -> Future[Exported]:
        export = ScriptedExport(run, checkpoint, form, on_progress, overwrite)
        self.exports.append(export)
        return export.future

    def classify(self, run: Path, checkpoint: str, image: GrayImage) -> Future[list[float]]:
        self.asked.append((run, checkpoint, image))
        future: Future[list[float]] = Future()
        if self.classify_problem is None:
            future.set_result(probabilities_of(image))
        else:
            future.set_exception(self.classify_problem)
        return future

    def image_split(self, config: RunConfig, split: Split) -> Future[ImageSplit]:
        self.split_requests.append((config, split))
        return self.split_futures[split]

    def augmented(self, config: RunConfig, image: GrayImage, copies: int, draw: int) -> Future[GrayImages]:
        self.augmentations.append((config, draw))
        future: Future[GrayImages] = Future()
        future.set_result(np.stack([np.roll(image, draw + copy, axis=1) for copy in range(copies)]))
        return future

    def images(self, run: Path, checkpoint: str, split: Split, predictions: Predictions) -> Future[GrayImages]:
        self.image_requests.append((run, split))
        return self.image_future

    def emit(self, *events: Event) -> None:
        """Emit events of the current run."""
        assert self._sink is not None, "no run was started"
        for event in events:
            self._sink(event)


def probabilities_of(image: GrayImage) -> list[float]:
    """Return probabilities that depend on the mean brightness of an image."""
    share = float(image.mean()) / 255
    return [share, *[(1 - share) / 9] * 9]


def summary_of(model: Architecture) -> ModelSummary:
    """Return a summary that differs between networks, without building them."""
    parameters = 1000 * (1 + list(ARCHITECTURES).index(model.registered_name()))
    parameters += sum(value for value in model.model_dump().values() if isinstance(value, int))
    layers = (
        LayerSummary("Conv2d", (16, 14, 14), parameters - 10),
        LayerSummary("LeakyReLU", (16, 14, 14), 0),
        LayerSummary("Linear", (10,), 10),
    )
    return ModelSummary(layers, parameters, 4_200_000)
