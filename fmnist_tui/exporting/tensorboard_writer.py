"""Writes the events of a run as TensorBoard reads them: scalars, images and hyperparameters.

The sink that writes while a run trains, and the export of a run's log, both use it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from fmnist_tui.config import RunConfig
from fmnist_tui.data.image_types import GrayImage
from fmnist_tui.errors import UserError
from fmnist_tui.events import EpochEnded, Event, ProbeRecorded, RunEnded, RunResumed, RunStarted, RunState, StepsDone
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.sanitize import encodable
from fmnist_tui.training.probe_record import read_probe_images, read_record

MAX_WAITING = 1000
"""Events that wait for the writer's thread; the training waits only if the disk falls behind by more."""

FLUSH_SECONDS = 5

BEST = "accuracy/best_validation"

METRICS = ("accuracy/validation", BEST, "loss/validation")
"""What TensorBoard shows beside the hyperparameters: the newest value of each of these scalars."""

MIN_FILTER_SIDE = 28
"""Pixels; smaller filters are enlarged by a whole factor."""

COLUMNS = 8
"""Images in one row of a picture of several."""


class TensorBoardWriter:
    """Writes one run. Steps count from the run's start, and times are those of the events.

    A run that was resumed gets a further file, which makes void what the files before it hold of later steps.

    Args:
        target: The folder of TensorBoard's files; made if it is missing.
        folder: The run, of which the probes are read.
    """

    def __init__(self, target: Path, folder: RunFolder) -> None:
        self._target = target
        self._folder = folder
        self._writer: Any = None
        self._steps_per_epoch = 1
        self._best = -1.0
        self._has_probe_images = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._open(event)
                self._start_hyperparameters(event.config, event.time)
            case RunResumed():
                self._open(event.started, after=(event.epoch - 1) * event.started.steps_per_epoch + event.step)
                self._best = event.best.validation_accuracy if event.best else -1.0
            case StepsDone() if self._writer is not None:
                self._after_steps(event)
            case EpochEnded() if self._writer is not None:
                self._after_epoch(event)
            case ProbeRecorded() if self._writer is not None:
                with suppress(UserError):  # missing or damaged: a probe is not worth more than the rest
                    self._after_probe(event)
            case RunEnded() if self._writer is not None and event.state is RunState.FINISHED:
                self._end_hyperparameters(event.time)

    @property
    def is_open(self) -> bool:
        """Whether a run has started; before, nothing is written."""
        return self._writer is not None

    def scalars(self, values: Mapping[str, float], step: int, time: float) -> None:
        """Write a value for each tag."""
        for tag, value in values.items():
            self._writer.add_scalar(tag, value, step, time)

    def step_at_end_of(self, epoch: int) -> int:
        """Return the number of steps done when an epoch ends."""
        return epoch * self._steps_per_epoch

    def _open(self, started: RunStarted, after: int | None = None) -> None:
        """Open a file, unless one is open; one of a resumed run makes void what there is of steps behind `after`."""
        from torch.utils.tensorboard import SummaryWriter

        self._steps_per_epoch = started.steps_per_epoch
        if self._writer is None:
            purge = None if after is None else after + 1
            self._writer = SummaryWriter(str(self._target), "", purge, MAX_WAITING, FLUSH_SECONDS)

    def _after_steps(self, event: StepsDone) -> None:
        values = {
            "loss/train": event.loss,
            "accuracy/train": event.accuracy,
            "learning_rate": event.learning_rate,
            "images_per_second": event.images_per_second,
        }
        self.scalars(values, self.step_at_end_of(event.epoch - 1) + event.step, event.time)

    def _after_epoch(self, event: EpochEnded) -> None:
        self._best = max(self._best, event.validation_accuracy)
        values = {
            "loss/train_epoch": event.train_loss,
            "accuracy/train_epoch": event.train_accuracy,
            "loss/validation": event.validation_loss,
            "accuracy/validation": event.validation_accuracy,
            BEST: self._best,
        }
        self.scalars(values, self.step_at_end_of(event.epoch), event.time)

    def _after_probe(self, event: ProbeRecorded) -> None:
        step, folder = self.step_at_end_of(event.epoch), self._folder.probes
        if not self._has_probe_images:
            images = read_probe_images(folder).images
            self._writer.add_image("probe_images", tiled(images), 0, event.time, "HW")
            self._has_probe_images = True
        filters = [filter_image(weights) for weights in read_record(folder, event.epoch).filters]
        self._writer.add_image("first_layer_filters", tiled(filters), step, event.time, "HW")

    def _start_hyperparameters(self, config: RunConfig, time: float) -> None:
        values = {name: _hyperparameter(value) for name, value in config.to_flat().items()}
        experiment, start, _end = _summaries(values)
        for summary in (experiment, start):
            self._writer.file_writer.add_summary(summary, 0, time)

    def _end_hyperparameters(self, time: float) -> None:
        """Report the session as finished; without this it is shown as running."""
        _experiment, _start, end = _summaries({})
        self._writer.file_writer.add_summary(end, 0, time)


def _summaries(values: Mapping[str, str | float]) -> tuple[Any, Any, Any]:
    """Return what TensorBoard's page of hyperparameters reads: the columns, the values, and the end of the session."""
    from torch.utils.tensorboard.summary import hparams

    untyped: Any = hparams
    found: tuple[Any, Any, Any] = untyped(dict(values), dict.fromkeys(METRICS, 0.0))
    return found


def _hyperparameter(value: object) -> str | float:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return value
        case tuple() | list():
            return " ".join(map(str, value))
    return encodable(str(value))


def filter_image(weights: np.ndarray[Any, np.dtype[np.float32]]) -> GrayImage:
    """Return the weights of one unit as an image: 0 is gray, the largest weight white or its negative black."""
    scale = max(float(np.abs(weights).max()), 1e-12)
    image = np.rint(127.5 + 127.5 * weights / scale).astype(np.uint8)
    factor = max(1, MIN_FILTER_SIDE // max(image.shape))
    return np.asarray(image.repeat(factor, axis=0).repeat(factor, axis=1))


def tiled(images: Sequence[GrayImage] | GrayImage) -> GrayImage:
    """Return images of equal size as one picture, row by row, with a pixel between them."""
    height, width = images[0].shape
    rows = -(-len(images) // COLUMNS)
    picture = np.zeros((rows * (height + 1) - 1, COLUMNS * (width + 1) - 1), np.uint8)
    for index, image in enumerate(images):
        top, left = index // COLUMNS * (height + 1), index % COLUMNS * (width + 1)
        picture[top : top + height, left : left + width] = image
    return picture
