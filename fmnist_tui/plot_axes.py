"""Range and ticks of the axes of plots."""

from collections.abc import Iterable, Sequence
from itertools import chain
from math import ceil, floor, log2, log10

Point = tuple[float, float]

Points = Sequence[Point]

BEGINNING = 0.1
"""Share of the time trained that the y axis ignores: a first loss of 2.3 would flatten all that follows."""

MIN_VALUES = 2
"""With fewer values after the beginning, the y axis includes the beginning as well."""

MAX_CHARACTERS = 7
"""The longest tick label in full; a number that is longer is written with an exponent."""

MAX_VALUE = 1e12
"""Larger values are not drawn: they would exceed the range of a scale's arithmetic."""


def is_drawable(value: float) -> bool:
    """Return whether a value has a place on an axis: a diverged loss has none."""
    return -MAX_VALUE <= value <= MAX_VALUE  # false for nan, and faster than `isfinite`


def limits(curves: Iterable[Points], latest: float) -> tuple[float, float]:
    """Return the lowest and the highest value of the y axis, for points of curves up to `latest`."""
    finite = [(x, y) for x, y in chain.from_iterable(curves) if is_drawable(y)]
    values = [y for x, y in finite if x >= BEGINNING * latest]
    if len(values) < MIN_VALUES:  # a run that ended early has nothing but its beginning
        values = [y for _x, y in finite]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    margin = max((high - low) * 0.05, abs(high) * 1e-3, 1e-6)
    return low - margin, high + margin


def clipped(start: Point, end: Point, low: float, high: float) -> tuple[Point, Point] | None:
    """Return the part of a straight line with y from `low` to `high`; None if no part of it lies there."""
    if max(start[1], end[1]) < low or min(start[1], end[1]) > high:
        return None
    return _moved_inside(start, end, low, high), _moved_inside(end, start, low, high)


def _moved_inside(point: Point, other: Point, low: float, high: float) -> Point:
    """Return `point`, moved along the line to `other` if it lies above or below."""
    (x, y), inside = point, min(max(point[1], low), high)
    if inside == y:
        return point
    return x + (inside - y) / (other[1] - y) * (other[0] - x), inside


def shown_epochs(latest: float, epochs: int) -> float:
    """Return the end of the x axis, which doubles now and then instead of growing with every point."""
    return float(max(latest, min(max(epochs, 1), 2 ** ceil(log2(max(latest, 1.0))))))


def ticks(low: float, high: float, max_ticks: int, smallest: float = 0.0) -> dict[float, str]:
    """Return round numbers from `low` to `high` with their labels.

    Args:
        low: The start of the axis.
        high: The end of the axis.
        max_ticks: The number of ticks that have room, roughly.
        smallest: The smallest distance of two ticks.
    """
    exponent = floor(log10(max(max(high - low, 1e-9) / max_ticks, smallest)))
    steps = ((power, factor * 10.0**power) for power in (exponent, exponent + 1) for factor in (1, 2, 5))
    power, step = next((power, step) for power, step in steps if step >= smallest and (high - low) / step <= max_ticks)
    numbers = (number * step for number in range(ceil(low / step), floor(high / step) + 1))
    return {number: _label(number, max(0, -power)) for number in numbers}


def share_ticks(low: float, high: float, max_ticks: int) -> dict[float, str]:
    """Return `ticks` for shares, labeled in percent."""
    return {number / 100: f"{text} %" for number, text in ticks(100 * low, 100 * high, max_ticks).items()}


def _label(number: float, decimals: int) -> str:
    text = f"{number:.{decimals}f}"
    return text if len(text) <= MAX_CHARACTERS else f"{number:.1e}"
