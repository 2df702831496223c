"""The paired comparison of two checkpoints on the same images."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fmnist_tui.confidence_interval import Z
from fmnist_tui.data.image_types import Indices
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.metrics import recall

SIGNIFICANCE = 0.05
"""The level: a difference with a smaller p-value is significant."""

EXACT_UP_TO = 10_000
"""Up to this number of differing images the test is exact; beyond, the normal approximation is as good and fast."""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Checkpoint B compared with checkpoint A, image by image.

    Attributes:
        images: The number of images.
        low: Lower end of the 95 % interval of `difference`.
        high: Upper end of it.
        p_value: Of McNemar's test.
        gained: The images that only B predicts correctly, B's most confident first.
        lost: The images that only A predicts correctly, A's most confident first.
        recall_changes: float64 [classes], B's recall minus A's.
    """

    images: int
    accuracy_a: float
    accuracy_b: float
    low: float
    high: float
    p_value: float
    gained: Indices
    lost: Indices
    recall_changes: NDArray[np.float64]

    @property
    def difference(self) -> float:
        """B's accuracy minus A's."""
        return self.accuracy_b - self.accuracy_a

    @property
    def winner(self) -> Literal["A", "B"] | None:
        """The better checkpoint; None if the difference is not significant."""
        if self.p_value >= SIGNIFICANCE:
            return None
        return "B" if self.difference > 0 else "A"


def compare(a: Predictions, b: Predictions) -> Comparison:
    """Compare B with A.

    Raises:
        UserError: They were not evaluated on the same images.
    """
    if not np.array_equal(a.labels, b.labels):
        raise UserError(
            "the two checkpoints were not evaluated on the same images",
            "If their runs have different validation images, compare them on the test set",
        )
    gained = b.by_confidence(np.flatnonzero(b.is_correct & ~a.is_correct))
    lost = a.by_confidence(np.flatnonzero(a.is_correct & ~b.is_correct))
    low, high = paired_interval(len(gained), len(lost), len(a))
    return Comparison(
        images=len(a),
        accuracy_a=float(a.is_correct.mean()),
        accuracy_b=float(b.is_correct.mean()),
        low=low,
        high=high,
        p_value=mcnemar_p(len(gained), len(lost)),
        gained=gained,
        lost=lost,
        recall_changes=recall(b.confusion) - recall(a.confusion),
    )


def mcnemar_p(gained: int, lost: int) -> float:
    """Return the two-sided p-value of the exact test that differing images favor neither checkpoint.

    Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947), in its exact binomial form.

    Args:
        gained: The number of images that only one of them predicts correctly.
        lost: The number of images that only the other predicts correctly.
    """
    flips, fewer = gained + lost, min(gained, lost)
    if gained == lost:
        return 1.0
    if flips > EXACT_UP_TO:
        return 2.0 * NormalDist().cdf((2 * fewer + 1 - flips) / sqrt(flips))  # with the continuity correction
    ways, term = 0, 1
    for successes in range(fewer + 1):
        ways += term
        term = term * (flips - successes) // (successes + 1)
    return float(min(1.0, 2 * ways / 2**flips))


def paired_interval(gained: int, lost: int, images: int) -> tuple[float, float]:
    """Return the 95 % Wald interval of the difference of two accuracies on the same images.

    The mean of n differences of -1, 0 or 1 with their own standard deviation; see A. Agresti, "Categorical Data
    Analysis" (2013), section 11.1.

    Args:
        gained: The number of images that only the second predicts correctly.
        lost: The number of images that only the first predicts correctly.
        images: The number of all images, at least 1.
    """
    difference = (gained - lost) / images
    deviation = sqrt(max(0.0, (gained + lost) / images - difference**2) / images)
    return difference - Z * deviation, difference + Z * deviation
