"""What one checkpoint is worth on one split: a record that can be saved, compared and shown."""

import time

from pydantic import BaseModel, ConfigDict, Field

from fmnist_tui.data.splits import Split
from fmnist_tui.events import Seconds, Text

REPORT_VERSION = 1


class ClassScore(BaseModel):
    """How one class fared. A class that is never predicted has precision 0, as scikit-learn's default says.

    Attributes:
        precision: Share of the images called this class that are of it.
        recall: Share of this class's images that were called so.
        f1: Harmonic mean of the two.
        support: Images of this class in the split.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    name: str
    precision: float
    recall: float
    f1: float
    support: int


class CalibrationBin(BaseModel):
    """The images that the network was about equally sure of.

    Attributes:
        low: The confidence above which the bin begins.
        high: The confidence up to which it goes.
        images: How many fell into it.
        confidence: Their mean confidence; 0 where there are none.
        accuracy: The share of them that was right; 0 where there are none.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    low: float
    high: float
    images: int
    confidence: float
    accuracy: float


class Calibration(BaseModel):
    """Whether the network is as sure as it should be.

    Attributes:
        expected_error: The expected calibration error: the mean distance of confidence from accuracy, over all images.
        bins: From confidence 0 to 1; their `images` are the histogram of confidence.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    expected_error: float
    bins: tuple[CalibrationBin, ...]


class Report(BaseModel):
    """One checkpoint measured on one split.

    Attributes:
        run: The run's identifier.
        checkpoint: Its name: "best", "last", or "epoch-10" where epoch 10 was kept.
        epoch: The epoch after which the checkpoint was saved.
        dataset: The name of the dataset that the images are from.
        accuracy: Share of the images that were called by their right class.
        low: Lower end of the accuracy's 95 % interval.
        high: Upper end of it.
        loss: Mean cross-entropy in nats, without label smoothing.
        top2: Share of the images whose right class was among the two most likely; None in reports of older versions, as
            is `calibration`.
        confusion: Counts; the row is the true class, the column the predicted one.
        seconds: How long the measurement took, loading left out.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    version: int = REPORT_VERSION
    time: Seconds = Field(default_factory=time.time)
    run: Text
    model: str
    checkpoint: str
    epoch: int
    dataset: str
    split: Split
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

    def is_about(self, checkpoint: str, epoch: int, saved: float) -> bool:
        """Return whether the report is on a checkpoint as it is now, not on an earlier one of that name.

        Args:
            checkpoint: The checkpoint's name.
            epoch: The epoch that its weights come from.
            saved: When it was saved, in seconds since the epoch; a resume may save the same epoch again.
        """
        return self.checkpoint == checkpoint and self.epoch == epoch and self.time >= saved
