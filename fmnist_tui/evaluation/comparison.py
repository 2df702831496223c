"""Two checkpoints on the same images: which is better, how sure that is, and where they differ."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fmnist_tui.data.images import Indices
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.metrics import recall

SIGNIFICANCE = 0.05
"""What is called a difference: one that chance would bring about less often than this."""

EXACT_UP_TO = 10_000
"""So many images that flipped are counted exactly; beyond, the normal distribution is as good and much faster."""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Checkpoint B held against checkpoint A, image by image.

    Attributes:
        images: How many both have seen.
        accuracy_a: Share that A has right.
        accuracy_b: Share that B has right.
        low: Lower end of the 95 % interval of `difference`.
        high: Upper end of it.
        p_value: How often two equally good checkpoints would flip as unevenly as these by chance (McNemar).
        gained: Images that only B has right, those that B is surest of first.
        lost: Images that only A has right, those that A is surest of first.
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
        """The better one; None where chance could be all that makes them differ."""
        if self.p_value >= SIGNIFICANCE:
            return None
        return "B" if self.difference > 0 else "A"


def compare(a: Predictions, b: Predictions) -> Comparison:
    """Holds B against A.

    Raises:
        UserError: They did not see the same images.
    """
    if not np.array_equal(a.labels, b.labels):
        raise UserError(
            "the two checkpoints were not evaluated on the same images",
            "Where their runs held out other validation images, compare them on the test set",
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
    """The two-sided p-value of the exact test that flips go either way alike: a fair coin's chance to be as uneven.

    Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947), in its exact binomial form.

    Args:
        gained: Images that only one of them has right.
        lost: Images that only the other has right.
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


def paired_interval(gained: int, lost: int, images: int, confidence: float = 0.95) -> tuple[float, float]:
    """The Wald interval of the difference of two shares on the same images.

    The mean of n differences of -1, 0 or 1 with their own standard deviation; see A. Agresti, "Categorical Data
    Analysis" (2013), section 11.1.

    Args:
        gained: Images that only the second has right.
        lost: Images that only the first has right.
        images: All of them, at least 1.
        confidence: Share of such intervals that hold the true difference.
    """
    difference = (gained - lost) / images
    deviation = sqrt(max(0.0, (gained + lost) / images - difference**2) / images)
    half = NormalDist().inv_cdf((1.0 + confidence) / 2.0) * deviation
    return difference - half, difference + half
