"""Curves made from curves: smoothed, and the mean of several with their range."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from fmnist_tui.plot_axes import Point, Points, is_drawable


def smoothed(points: Points, weight: float) -> list[Point]:
    """Return the exponential moving average of a curve, without the bias towards its beginning.

    Source: `resmoothDataset` in TensorBoard's vz_line_chart2/line-chart.ts, with the debiasing of D. Kingma and J. Ba,
    "Adam: a method for stochastic optimization" (2015), section 3.

    Args:
        points: The curve; values that are not finite stay, and are left out of the average.
        weight: The weight of what came before, at least 0 and less than 1; 0 leaves the curve as it is.
    """
    average, bias, curve = 0.0, 1.0, []
    for x, y in points:
        if is_drawable(y):
            average, bias = weight * average + (1 - weight) * y, weight * bias
            curve.append((x, average / (1 - bias)))
        else:
            curve.append((x, y))
    return curve


class Band(NamedTuple):
    """The mean of several curves, and the lowest and the highest of them."""

    mean: list[Point]
    low: list[Point]
    high: list[Point]


def mean_and_range(curves: Sequence[Points]) -> Band:
    """Return the mean and the range of curves where all of them are measured, interpolated between their points.

    It has the points of the curve with the fewest of them: no curve is drawn finer than all were measured.
    """
    start = max((points[0][0] for points in curves if points), default=0.0)
    end = min((points[-1][0] for points in curves if points), default=0.0)
    places = [x for x, _y in min(curves, key=len, default=()) if start <= x <= end]
    band = Band([], [], [])
    for x in places:
        values = [value_at(points, x) for points in curves]
        is_finite = all(map(is_drawable, values))
        found = (sum(values) / len(values), min(values), max(values)) if is_finite else (float("nan"),) * 3
        for points, y in zip(band, found, strict=True):
            points.append((x, y))
    return band


def value_at(points: Points, x: float) -> float:
    """Return the value of a curve at an x between its ends, on the line between the neighboring points."""
    place = bisect_left(points, x, key=lambda point: point[0])
    right, right_y = points[place]
    if right == x:
        return right_y
    left, left_y = points[place - 1]
    return left_y + (right_y - left_y) * (x - left) / (right - left)
