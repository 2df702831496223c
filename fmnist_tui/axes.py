"""The two axes of a plot: what they span, and where they are marked."""

from collections.abc import Sequence
from itertools import chain
from math import ceil, floor, isfinite, log2, log10

Points = Sequence[tuple[float, float]]

BEGINNING = 0.1
"""Share of the time trained that the y axis takes no notice of: a first loss of 2.3 would flatten all that follows."""


MOST_CHARACTERS = 7
"""Of a tick's label; a number that takes more is written with an exponent."""

LARGEST = 1e12
"""What lies beyond is no figure that anyone wants to see, and would drive a scale's arithmetic out of its range."""


def is_drawable(value: float) -> bool:
    """Whether a value has a place on an axis: a diverged loss has none."""
    return isfinite(value) and abs(value) <= LARGEST


def limits(train: Points, validation: Points, latest: float) -> tuple[float, float]:
    """The lowest and the highest value worth a place on the y axis."""
    finite = [(x, y) for x, y in chain(train, validation) if is_drawable(y)]
    values = [y for x, y in finite if x >= BEGINNING * latest] or [y for _x, y in finite]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    margin = max((high - low) * 0.05, abs(high) * 1e-3, 1e-6)
    return low - margin, high + margin


def shown_epochs(latest: float, epochs: int) -> float:
    """How far the x axis reaches: it doubles now and then instead of creeping on with every point."""
    return float(min(max(epochs, 1), 2 ** ceil(log2(max(latest, 1.0)))))


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
    return text if len(text) <= MOST_CHARACTERS else f"{number:.1e}"
