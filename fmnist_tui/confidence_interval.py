"""Confidence intervals of accuracies."""

from collections.abc import Sequence
from functools import cache
from math import cos, pi, sin, sqrt, tan
from statistics import NormalDist, fmean, stdev

LEVEL = 0.95

Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
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


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of the mean of a normally distributed quantity, by Student's t-distribution.

    Source: Student, "The probable error of a mean", Biometrika 6 (1908).

    Args:
        values: At least two finite measurements of it.
    """
    half = t_quantile(len(values) - 1) * stdev(values) / sqrt(len(values))
    return fmean(values) - half, fmean(values) + half


@cache
def t_quantile(degrees: int) -> float:
    """Return the number that a t-distributed quantity exceeds in absolute value with probability 5 %.

    Args:
        degrees: The degrees of freedom, at least 1.
    """
    low, high = 0.0, pi / 2
    for _halving in range(60):
        angle = (low + high) / 2
        low, high = (angle, high) if _t_probability(angle, degrees) < LEVEL else (low, angle)
    return sqrt(degrees) * tan(low)


def _t_probability(angle: float, degrees: int) -> float:
    """Return the probability that |t| is below sqrt(degrees) · tan(angle).

    Source: M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions" (1964), 26.7.3 and 26.7.4.
    """
    is_odd = degrees % 2
    total, term = 0.0, cos(angle) if is_odd else 1.0
    for number in range(1 + is_odd, degrees, 2):
        total += term
        term *= number / (number + 1) * cos(angle) ** 2
    total *= sin(angle)
    return 2 / pi * (angle + total) if is_odd else total
