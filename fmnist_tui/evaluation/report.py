"""The report of an evaluation: a record that can be saved, compared and shown."""

import time

from pydantic import BaseModel, ConfigDict, Field

from fmnist_tui.data.splits import Split
from fmnist_tui.events import Seconds, Text
from fmnist_tui.sanitize import one_line

REPORT_VERSION = 1


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class ClassScore(_Record):
    """The scores of one class; see `metrics`.

    Attributes:
        support: The number of images of this class in the split.
    """

    name: str
    precision: float
    recall: float
    f1: float
    support: int


class CalibrationBin(_Record):
    """The images whose confidence is above `low` and at most `high`.

    Attributes:
        confidence: The mean confidence; 0 if there are no images.
        accuracy: The accuracy; 0 if there are no images.
    """

    low: float
    high: float
    images: int
    confidence: float
    accuracy: float


class Calibration(_Record):
    """How well confidence matches accuracy.

    Attributes:
        expected_error: The expected calibration error: the mean distance of confidence and accuracy over all images.
        bins: In the order of confidence, from 0 to 1.
    """

    expected_error: float
    bins: tuple[CalibrationBin, ...]


class Subject(_Record):
    """What is evaluated: a checkpoint and a split.

    Attributes:
        run: The run's identifier.
        checkpoint: The checkpoint's name, such as "best", "last" or "epoch-10".
        epoch: The epoch that its weights come from.
        weights_sha256: The digest of its weights; None in reports of version 0.1 and for another program's weights.
        dataset: The name of the dataset that the images are from.
    """

    run: Text
    model: str
    checkpoint: str
    epoch: int
    weights_sha256: str | None = None
    dataset: str
    split: Split

    def title(self, name: str = "") -> str:
        """Return a heading with the run's name; with its identifier if it has none."""
        return f"{one_line(name or self.run)} · {self.checkpoint} of epoch {self.epoch} · {self.split} set"


class Report(Subject):
    """One checkpoint evaluated on one split.

    Attributes:
        low: Lower end of the 95 % interval of `accuracy`.
        high: Upper end of it.
        loss: Mean cross-entropy in nats, without label smoothing.
        top2: Share of the images whose true class is among the two most likely ones; None, like `calibration`, in
            reports of earlier versions.
        confusion: Counts; the row is the true class, the column the predicted one.
        seconds: The duration of the evaluation without loading.
    """

    version: int = REPORT_VERSION
    time: Seconds = Field(default_factory=time.time)
    images: int
    correct: int
    accuracy: float
    low: float
    high: float
    loss: float
    top2: float | None = None
    calibration: Calibration | None = None
    classes: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    seconds: float
