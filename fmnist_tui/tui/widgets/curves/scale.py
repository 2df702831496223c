"""The scale of a y axis: linear or logarithmic, of a loss or of an accuracy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from fmnist_tui.formatting import loss_figure, percent
from fmnist_tui.plot_axes import Points, is_drawable, limits, share_ticks, ticks

LOWEST_POSITION = -12.0
"""Where zero is placed on a logarithmic axis: far below all that it shows."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values to positions on a y axis, and labels them.

    An accuracy is close to one in the end, where a logarithm hides all differences. So its logarithmic axis shows the
    error rate.

    Attributes:
        is_share: Whether the values are shares, labeled in percent.
        is_log: Whether the axis is logarithmic.
        number: Returns other values as texts.
    """

    is_share: bool = False
    is_log: bool = False
    number: Callable[[float], str] = loss_figure

    def _quantity(self, value: float) -> float:
        return 1.0 - value if self.is_share and self.is_log else value

    def figure(self, value: float) -> str:
        """Return a value as text."""
        return percent(self._quantity(value)) if self.is_share else self.number(value)

    def positions(self, points: Points) -> Points:
        """Return points with positions instead of values; what can't be drawn stays as it is."""
        if not self.is_log:
            return points
        return [(x, self._log_position(y) if is_drawable(y) else y) for x, y in points]

    def _log_position(self, value: float) -> float:
        quantity = self._quantity(value)
        return max(log10(quantity), LOWEST_POSITION) if quantity > 0 else LOWEST_POSITION

    def limits(self, curves: Sequence[Points], settled_from: float) -> tuple[float, float]:
        """Return the lowest and the highest position in view.

        Args:
            curves: Positions in view.
            settled_from: The time of the newest point if the axis may ignore the beginning, else zero.
        """
        if not self.is_log:
            return limits(curves, settled_from)
        return limits(([point for point in points if point[1] > LOWEST_POSITION] for points in curves), 0.0)

    def ticks(self, low: float, high: float, max_ticks: int) -> dict[float, str]:
        """Return round numbers between two positions: their positions with their labels."""
        if not self.is_log:
            return (share_ticks if self.is_share else ticks)(low, high, max_ticks)
        if high - low < 1:
            linear = (share_ticks if self.is_share else ticks)(10**low, 10**high, max_ticks)
            return {log10(number): label for number, label in linear.items() if number > 0}
        decades = range(floor(low), ceil(high) + 1)
        steps = next((steps for steps in ((1, 2, 5), (1, 3), (1,)) if len(steps) * (high - low) <= max_ticks), (1,))
        stride = max(1, ceil((high - low) / max_ticks))
        numbers = (step * 10.0**decade for decade in decades if decade % stride == 0 for step in steps)
        return {log10(number): self._label(number) for number in numbers if low <= log10(number) <= high}

    def _label(self, number: float) -> str:
        return f"{100 * number:.3g} %" if self.is_share else f"{number:.3g}"
