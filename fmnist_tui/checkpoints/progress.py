"""Where a training stands: with a checkpoint's tensors, all that the rest of the run depends on."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fmnist_tui.events import Count, EpochEnded

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(slots=True)
class MetricSums:
    """Loss and accuracy as sums over images."""

    loss: float = 0.0
    correct: int = 0
    images: int = 0

    @property
    def mean_loss(self) -> float:
        return self.loss / max(1, self.images)

    @property
    def accuracy(self) -> float:
        return self.correct / max(1, self.images)


class TrainingProgress(BaseModel):
    """Where a training loop stands.

    Attributes:
        epoch: The epoch in progress, from 1; one more than the run has when all are done.
        step: Steps done of this epoch; when all are done, its validation is next.
        totals: Training loss and accuracy over the images of these steps.
        training_seconds: Time that these steps took.
        active_seconds: Time that the run took so far, without pauses.
        best: The epoch with the best validation accuracy; early stopping counts from it.
        lowest_loss: The lowest mean training loss of an epoch; a loss far above it causes a warning.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    epoch: Annotated[Count, Field(ge=1)] = 1
    step: Count = 0
    totals: MetricSums = MetricSums()
    training_seconds: Amount = 0.0
    active_seconds: Amount = 0.0
    best: EpochEnded | None = None
    lowest_loss: Amount | None = None
