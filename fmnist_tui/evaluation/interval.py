"""How sure an accuracy is."""

from functools import cache
from math import sqrt
from statistics import NormalDist


def wilson_interval(correct: int, images: int, confidence: float = 0.95) -> tuple[float, float]:
    """The Wilson score interval of a share, which stays inside 0 to 1 and holds at accuracies near 1.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    Args:
        correct: Successes, 0 to `images`.
        images: Trials, at least 1.
        confidence: Share of such intervals that hold the true value.
    """
    z = _two_sided_quantile(confidence)
    share = correct / images
    center = (share + z * z / (2 * images)) / (1 + z * z / images)
    half = z * sqrt(share * (1 - share) / images + z * z / (4 * images * images)) / (1 + z * z / images)
    return max(0.0, center - half), min(1.0, center + half)


def accuracy_interval(accuracy: float | None, images: int | None) -> tuple[float, float] | None:
    """The 95 % interval of an accuracy on so many images; None where there is none.

    What a damaged log calls an accuracy may be any number.
    """
    if accuracy is None or not images or not 0.0 <= accuracy <= 1.0:
        return None
    return wilson_interval(round(accuracy * images), images)


@cache  # a list of 10,000 runs has as many intervals
def _two_sided_quantile(confidence: float) -> float:
    """So many standard deviations to each side hold that share of a normal distribution."""
    return NormalDist().inv_cdf((1.0 + confidence) / 2.0)
