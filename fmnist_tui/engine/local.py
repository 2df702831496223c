"""The app's own engine: every call becomes a job on the compute thread, so the interface never touches torch."""

import atexit
import gc
import logging
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, get_args

from fmnist_tui.config import RunConfig
from fmnist_tui.data.splits import Split
from fmnist_tui.engine.compute_thread import ComputeThread
from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.engine.outcome import failed_to_start
from fmnist_tui.engine.protocol import EngineInfo, RunHandle
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report
from fmnist_tui.events import RunEnded
from fmnist_tui.models import Architecture
from fmnist_tui.models.summary import ModelSummary, summarize
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.training.control import Control

if TYPE_CHECKING:
    from fmnist_tui.data.image_split import ImageSplit
    from fmnist_tui.data.images import GrayImage, GrayImages
    from fmnist_tui.engine.session import Session
    from fmnist_tui.evaluation.classifier import Classifier
    from fmnist_tui.evaluation.predictions import Predictions

SECONDS_TO_CLOSE = 0.5

T = TypeVar("T")

logger = logging.getLogger(__name__)


class ComputeEngine:
    """Trains and measures on one long-lived thread; errands are done between the batches of a run under way."""

    def __init__(self) -> None:
        self._thread = ComputeThread()
        self._cached_images: tuple[tuple[Path, str, Split, bytes], Future[GrayImages]] | None = None
        self._data = _CachedDataset()
        self._network = _CachedClassifier()

    def close(self) -> bool:
        return self._thread.close(SECONDS_TO_CLOSE)

    def load(self) -> Future[EngineInfo]:
        # Torch brings a quarter of a million objects that stay. To look through them for garbage takes a tenth of a
        # second in which neither the interface nor the training moves: not while they come, and never after.
        gc.disable()
        return self._thread.submit(_load)

    def summarize(self, model: Architecture) -> Future[ModelSummary]:
        return self._thread.jobs.submit(lambda: _freezing_imports(lambda: summarize(model)))

    def check_data(self, data: str) -> Future[str]:
        return self._thread.jobs.submit(lambda: _check_data(data))

    def train(self, config: RunConfig, sink: EventSink) -> RunHandle:
        return self._start(lambda session: session.train(config), sink)

    def resume(self, run: Path, sink: EventSink, changes: ResumeOverrides | None = None) -> RunHandle:
        return self._start(lambda session: session.resume(RunFolder(run), changes), sink)

    def _start(self, job: "Callable[[Session], RunEnded]", sink: EventSink) -> Control:
        control = Control(self._thread.jobs)

        def train() -> None:
            try:
                from fmnist_tui.engine.session import Session  # the first frame does without it

                job(Session([sink], control=control))
            except Exception as error:
                logger.exception("a run broke before its first event")
                sink(failed_to_start(error))

        self._thread.submit(train)
        return control

    def evaluate(
        self, run: Path, checkpoint: str, split: Split, on_progress: Callable[[int, int], None]
    ) -> Future[Report]:
        def job() -> Report:
            from fmnist_tui.engine.evaluate import evaluate_checkpoint

            return evaluate_checkpoint(RunFolder(run), checkpoint, split, on_progress=on_progress).report

        return self._thread.jobs.submit(job)

    def classify(self, run: Path, checkpoint: str, picture: "GrayImage") -> Future[list[float]]:
        return self._thread.jobs.submit(lambda: self._network.probabilities(run, checkpoint, picture))

    def collection(self, config: RunConfig, split: Split) -> "Future[ImageSplit]":
        return self._thread.jobs.submit(lambda: self._data.collection(config, split))

    def augmented(self, config: RunConfig, picture: "GrayImage", copies: int, draw: int) -> "Future[GrayImages]":
        def job() -> "GrayImages":
            from fmnist_tui.data.augmentation import augmented_copies

            return augmented_copies(config, picture, copies, draw)

        return self._thread.jobs.submit(job)

    def pictures(self, run: Path, checkpoint: str, split: Split, predictions: "Predictions") -> "Future[GrayImages]":
        which = (run, checkpoint, split, predictions.labels.tobytes())
        if self._cached_images is not None and self._cached_images[0] == which:
            return self._cached_images[1]

        def job() -> "GrayImages":
            from fmnist_tui.engine.evaluate import config_of

            config = config_of(RunFolder(run), checkpoint)
            return self._data.collection(config, split).images_of(predictions.labels)

        coming = self._thread.jobs.submit(job)
        self._cached_images = (which, coming)
        coming.add_done_callback(self._forget_if_failed)
        return coming

    def _forget_if_failed(self, coming: "Future[GrayImages]") -> None:
        if coming.exception() is not None:
            self._cached_images = None


class _CachedClassifier:
    """The checkpoint that was asked last. Used on the compute thread only."""

    def __init__(self) -> None:
        self._which: tuple[Path, int] | None = None
        self._classifier: Classifier | None = None

    def probabilities(self, run: Path, checkpoint: str, picture: "GrayImage") -> list[float]:
        from fmnist_tui.checkpoints.manifest import manifest_file
        from fmnist_tui.evaluation.classifier import Classifier

        file = manifest_file(RunFolder(run).checkpoints, checkpoint)
        which = (file, file.stat().st_mtime_ns if file.exists() else 0)  # a run under way saves others
        if self._classifier is None or which != self._which:
            self._classifier, self._which = Classifier(file), which
        return self._classifier.probabilities(picture[None])[0].tolist()  # type: ignore[no-any-return]


class _CachedDataset:
    """The dataset that was looked at last. Used on the compute thread only."""

    def __init__(self) -> None:
        self._which: tuple[str, int] | None = None
        self._collections: dict[Split, ImageSplit] = {}

    def collection(self, config: RunConfig, split: Split) -> "ImageSplit":
        from fmnist_tui.data.dataset import load_local_dataset

        which = (config.data, config.validation_size)
        if which != self._which:
            dataset = load_local_dataset(*which)
            self._collections = {split: dataset.collection(split) for split in get_args(Split)}
            self._which = which
        return self._collections[split]


def _load() -> EngineInfo:
    try:
        import torch

        import fmnist_tui.engine.session
        import fmnist_tui.evaluation.evaluator
        import fmnist_tui.training.loop  # noqa: F401 - whatever a run needs is loaded now, not at its start
    finally:
        gc.freeze()
        gc.enable()
        atexit.register(gc.unfreeze)  # libraries complain at the interpreter's end of what was never collected
    device = next((name for name in ("cuda", "mps") if getattr(torch, name).is_available()), "cpu")
    return EngineInfo(torch.__version__, device, torch.get_num_threads())


def _freezing_imports(job: Callable[[], T]) -> T:
    """Does a job for which a model may import a library of its own, which stays like the engine's: see `load`."""
    modules, was_enabled = len(sys.modules), gc.isenabled()
    gc.disable()
    try:
        return job()
    finally:
        if len(sys.modules) > modules:
            gc.freeze()
        if was_enabled:
            gc.enable()


def _check_data(data: str) -> str:
    from fmnist_tui.data.status import check

    status = check(data)
    if status.problem:
        raise UserError(status.problem)
    return status.origin
