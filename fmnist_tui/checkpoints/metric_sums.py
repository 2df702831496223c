"""Sums over images."""

from dataclasses import dataclass


@dataclass(slots=True)
class MetricSums:
    """Sums over images; the means are what a person wants to see."""

    loss: float = 0.0
    correct: int = 0
    images: int = 0

    @property
    def mean_loss(self) -> float:
        return self.loss / max(1, self.images)

    @property
    def accuracy(self) -> float:
        return self.correct / max(1, self.images)
