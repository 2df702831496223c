"""Confidence intervals of accuracies."""

from math import sqrt
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)
"""The number of standard deviations around the mean that contain 95 % of a normal distribution."""


def wilson_interval(correct: int, images: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share. It stays within 0 to 1, and is valid near 1.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    Args:
        correct: The number of successes, 0 to `images`.
        images: The number of trials, at least 1.
    """
    share = correct / images
    center = (share + Z * Z / (2 * images)) / (1 + Z * Z / images)
    half = Z * sqrt(share * (1 - share) / images + Z * Z / (4 * images * images)) / (1 + Z * Z / images)
    return max(0.0, center - half), min(1.0, center + half)
