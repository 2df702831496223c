"""The two axes of a plot: what they span, and where they are marked."""

from collections.abc import Sequence
from itertools import chain
from math import ceil, floor, isfinite, log2, log10

Point = tuple[float, float]

Points = Sequence[Point]

BEGINNING = 0.1
"""Share of the time trained that the y axis takes no notice of: a first loss of 2.3 would flatten all that follows."""

MIN_VALUES = 2
"""With fewer values after the beginning, the y axis spans the beginning as well."""

MAX_CHARACTERS = 7
"""Of a tick's label; a number that takes more is written with an exponent."""

MAX_VALUE = 1e12
"""What lies beyond is no figure that anyone wants to see, and would drive a scale's arithmetic out of its range."""


def is_drawable(value: float) -> bool:
    """Whether a value has a place on an axis: a diverged loss has none."""
    return isfinite(value) and abs(value) <= MAX_VALUE


def limits(train: Points, validation: Points, latest: float) -> tuple[float, float]:
    """The lowest and the highest value worth a place on the y axis."""
    finite = [(x, y) for x, y in chain(train, validation) if is_drawable(y)]
    values = [y for x, y in finite if x >= BEGINNING * latest]
    if len(values) < MIN_VALUES:  # a run that broke off early: its beginning is all there is to see
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
    """How far the x axis reaches: it doubles now and then instead of creeping on with every point."""
    return float(max(latest, min(max(epochs, 1), 2 ** ceil(log2(max(latest, 1.0))))))


def ticks(low: float, high: float, most: int, smallest: float = 0.0) -> dict[float, str]:
    """Round numbers between two others, with how they are written; no more than there is room for.

    Args:
        low: Where the axis begins.
        high: Where it ends.
        most: Roughly how many have room.
        smallest: The smallest distance of two ticks.
    """
    exponent = floor(log10(max(high - low, 1e-9) / most))
    steps = ((power, factor * 10.0**power) for power in (exponent, exponent + 1) for factor in (1, 2, 5))
    power, step = next((power, step) for power, step in steps if step >= smallest and (high - low) / step <= most)
    numbers = (number * step for number in range(ceil(low / step), floor(high / step) + 1))
    return {number: _written(number, max(0, -power)) for number in numbers}


def share_ticks(low: float, high: float, most: int) -> dict[float, str]:
    """The same for shares, which are written as per cents."""
    return {number / 100: f"{text} %" for number, text in ticks(100 * low, 100 * high, most).items()}


def _written(number: float, decimals: int) -> str:
    text = f"{number:.{decimals}f}"
    return text if len(text) <= MAX_CHARACTERS else f"{number:.1e}"
