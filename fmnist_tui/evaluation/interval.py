"""Confidence intervals of accuracies."""

from functools import cache
from math import sqrt
from statistics import NormalDist


def wilson_interval(correct: int, images: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a share. It stays within 0 to 1, and is valid near 1.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    Args:
        correct: The number of successes, 0 to `images`.
        images: The number of trials, at least 1.
        confidence: The share of such intervals that contain the true value.
    """
    z = _two_sided_quantile(confidence)
    share = correct / images
    center = (share + z * z / (2 * images)) / (1 + z * z / images)
    half = z * sqrt(share * (1 - share) / images + z * z / (4 * images * images)) / (1 + z * z / images)
    return max(0.0, center - half), min(1.0, center + half)


def accuracy_interval(accuracy: float | None, images: int | None) -> tuple[float, float] | None:
    """Return the 95 % interval of an accuracy measured on `images` images; None if there is none.

    An accuracy from a damaged log may be any number.
    """
    if accuracy is None or not images or not 0.0 <= accuracy <= 1.0:
        return None
    return wilson_interval(round(accuracy * images), images)


@cache  # a list of 10,000 runs has 10,000 intervals
def _two_sided_quantile(confidence: float) -> float:
    """Return the number of standard deviations around the mean that contain `confidence` of a normal distribution."""
    return NormalDist().inv_cdf((1.0 + confidence) / 2.0)
