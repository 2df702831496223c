"""The engine of this process: every call becomes a job on the compute thread, so the interface never touches torch."""

import gc
import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from fmnist_tui.config import RunConfig
from fmnist_tui.data.locate import find_source
from fmnist_tui.data.splits import Split
from fmnist_tui.engine.compute_thread import ComputeThread
from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.engine.protocol import EngineInfo, MemoryEstimate, RunHandle
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.engine.run_failure import failed_to_start
from fmnist_tui.engine.torch_import import freezing_imports, load_engine
from fmnist_tui.engine.watched_run import WatchedRun
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report
from fmnist_tui.events import RunEnded
from fmnist_tui.exporting.result import Exported
from fmnist_tui.models import Architecture
from fmnist_tui.models.summary import ModelSummary, summarize
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.training.control import Control

if TYPE_CHECKING:
    from fmnist_tui.data.image_split import ImageSplit
    from fmnist_tui.data.image_types import GrayImage, GrayImages
    from fmnist_tui.engine.repeats import PlannedRepeats
    from fmnist_tui.engine.session import Session
    from fmnist_tui.evaluation.classifier import Classifier
    from fmnist_tui.evaluation.predictions import Predictions

CLOSE_TIMEOUT_SECONDS = 0.5

logger = logging.getLogger(__name__)


class ComputeEngine:
    """Trains on one long-lived thread; queries are answered between the batches of an active run."""

    def __init__(self) -> None:
        self._thread = ComputeThread()
        # Used on the compute thread only; each holds the data or the network of the last query.
        self._splits = lru_cache(maxsize=1)(_load_splits)
        self._classifier = lru_cache(maxsize=1)(_load_classifier)

    def load(self) -> Future[EngineInfo]:
        gc.disable()  # on this thread and at once: see `torch_import`
        return self._thread.submit(load_engine)

    def close(self) -> bool:
        return self._thread.close(CLOSE_TIMEOUT_SECONDS)

    def train(self, config: RunConfig, sink: EventSink, labels: RunLabels) -> RunHandle:
        return self._start(lambda session: session.train(config, labels), sink)

    def resume(self, run: Path, sink: EventSink, overrides: ResumeOverrides | None = None) -> RunHandle:
        return self._start(lambda session: session.resume(RunFolder(run), overrides), sink)

    def watch(self, run: Path, show: Callable[[RunSnapshot], object]) -> RunHandle:
        return WatchedRun(RunFolder(run), show)

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

    def summarize(self, model: Architecture) -> Future[ModelSummary]:
        return self._thread.jobs.submit(lambda: freezing_imports(lambda: summarize(model)))

    def estimate_memory(self, config: RunConfig) -> Future[MemoryEstimate]:
        return self._thread.jobs.submit(lambda: freezing_imports(lambda: _estimate_memory(config)))

    def plan_repeats(self, config: RunConfig, repeats: int) -> "Future[PlannedRepeats]":
        def job() -> "PlannedRepeats":
            from fmnist_tui.engine.repeats import plan_repeats

            return plan_repeats(config, repeats)

        return self._thread.jobs.submit(job)

    def check_data(self, config: RunConfig) -> Future[str]:
        return self._thread.jobs.submit(lambda: _check_data(config))

    def evaluate(
        self, run: Path, checkpoint: str, split: Split, on_progress: Callable[[int, int], None]
    ) -> Future[Report]:
        def job() -> Report:
            from fmnist_tui.engine.evaluate import evaluate_checkpoint

            return evaluate_checkpoint(RunFolder(run), checkpoint, split, on_progress=on_progress).report

        return self._thread.jobs.submit(job)

    def export(
        self, run: Path, checkpoint: str, form: str, on_progress: Callable[[int, int], None], *, overwrite: bool
    ) -> Future[Exported]:
        def job() -> Exported:
            from fmnist_tui.exporting.export import export
            from fmnist_tui.exporting.formats import export_format_named

            chosen = export_format_named(form)
            return export(RunFolder(run), checkpoint, chosen, overwrite=overwrite, on_progress=on_progress)

        return self._thread.jobs.submit(lambda: freezing_imports(job))

    def classify(self, run: Path, checkpoint: str, image: "GrayImage") -> Future[list[float]]:
        def job() -> list[float]:
            from fmnist_tui.checkpoints.manifest import manifest_file

            file = manifest_file(RunFolder(run).checkpoints, checkpoint)
            modified = file.stat().st_mtime_ns if file.exists() else 0  # an active run replaces its checkpoints
            return self._classifier(file, modified).probabilities(image[None])[0].tolist()  # type: ignore[no-any-return]

        return self._thread.jobs.submit(job)

    def image_split(self, config: RunConfig, split: Split) -> "Future[ImageSplit]":
        return self._thread.jobs.submit(lambda: self._image_split(config, split))

    def augmented(self, config: RunConfig, image: "GrayImage", copies: int, draw: int) -> "Future[GrayImages]":
        def job() -> "GrayImages":
            from fmnist_tui.data.augmentation import augmented_copies

            return augmented_copies(config, image, copies, draw)

        return self._thread.jobs.submit(job)

    def images(self, run: Path, checkpoint: str, split: Split, predictions: "Predictions") -> "Future[GrayImages]":
        def job() -> "GrayImages":
            from fmnist_tui.engine.evaluate import config_of

            return self._image_split(config_of(RunFolder(run), checkpoint), split).images_of(predictions.labels)

        return self._thread.jobs.submit(job)

    def _image_split(self, config: RunConfig, split: Split) -> "ImageSplit":
        return self._splits(config.dataset, config.data, config.validation_size)[split]


def _load_splits(dataset: str, data: str, validation_size: int) -> "dict[Split, ImageSplit]":
    from fmnist_tui.data.dataset import load_dataset

    config = RunConfig.from_flat({"dataset": dataset, "data": data, "validation_size": validation_size})
    if not config.dataset_spec.is_synthetic:
        find_source(config.dataset_spec, data)  # raises an error instead of a download
    loaded = load_dataset(config)
    return {split: loaded.image_split(split) for split in get_args(Split)}


def _load_classifier(file: Path, _modified_ns: int) -> "Classifier":
    from fmnist_tui.evaluation.classifier import Classifier

    return Classifier(file)


def _estimate_memory(config: RunConfig) -> MemoryEstimate:
    from fmnist_tui.training.compute_plan import choose_plan
    from fmnist_tui.training.memory_check import available_bytes, needed_bytes

    plan = choose_plan(config)
    return MemoryEstimate(needed_bytes(config, plan), available_bytes(plan.device))


def _check_data(config: RunConfig) -> str:
    from fmnist_tui.data.status import check

    status = check(config.dataset_spec, config.data)
    if status.problem:
        raise UserError(status.problem)
    return status.origin
