"""What a plot shows of its curves: the range of epochs, the scale and the crosshair."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

RECENT_SHARE = 0.2
"""The recent range is this share of the time trained."""

SMALLEST_SPAN = 0.1
"""Epochs; the largest zoom."""

Span = tuple[float, float]
"""The first and the last point in time of the x axis, in epochs."""


class Range(Enum):
    """A range of epochs that follows the run."""

    FULL = "full"
    RECENT = "recent"


@dataclass(frozen=True, slots=True)
class PlotView:
    """What a plot shows. Every change returns another view.

    Attributes:
        range: The epochs on the x axis; a span does not follow the run.
        is_log: Whether the y axis is logarithmic.
        cursor: The epoch of the crosshair; None without one.
    """

    range: Range | Span = Range.FULL
    is_log: bool = False
    cursor: float | None = None

    def span(self, latest: float, reach: float) -> Span:
        """Return the ends of the x axis.

        Args:
            latest: The time of the newest point.
            reach: The end of the full axis.
        """
        if isinstance(self.range, tuple):
            return self.range
        if self.range is Range.FULL or latest <= 0:
            return 0.0, reach
        return max(0.0, latest - max(1.0, RECENT_SHARE * latest)), latest

    def with_recent(self) -> "PlotView":
        """Return the view of the recent range; from there, of the full one."""
        return replace(self, range=Range.FULL if self.range is Range.RECENT else Range.RECENT)

    def zoomed(self, factor: float, span: Span, reach: float, center: float | None = None) -> "PlotView":
        """Return the view of a range that is `factor` times as long.

        Args:
            factor: Less than one to see less of the curves.
            span: The current ends of the axis.
            reach: The end of the full axis.
            center: What keeps its place on the screen; the crosshair or else the middle if it is None.
        """
        start, end = span
        if center is None:
            center = self.cursor if self.cursor is not None and start <= self.cursor <= end else (start + end) / 2
        length = max((end - start) * factor, SMALLEST_SPAN)
        if length >= reach:
            return replace(self, range=Range.FULL)
        return self._from(center - (center - start) / (end - start) * length, length, reach)

    def panned(self, share: float, span: Span, reach: float) -> "PlotView":
        """Return the view of the range that lies `share` of its length to the right."""
        length = span[1] - span[0]
        return self if length >= reach else self._from(span[0] + share * length, length, reach)

    def _from(self, start: float, length: float, reach: float) -> "PlotView":
        start = max(0.0, min(start, reach - length))
        return replace(self, range=(start, start + length))

    def moved(self, steps: int, stops: Sequence[float]) -> "PlotView":
        """Return the view with the crosshair at another stop; without one, it begins at the last."""
        if not stops:
            return self
        if self.cursor is None:
            return replace(self, cursor=stops[-1])
        place = bisect_right(stops, self.cursor) - 1 if steps > 0 else bisect_left(stops, self.cursor)
        return replace(self, cursor=stops[max(0, min(place + steps, len(stops) - 1))])

    def following(self, other: "PlotView") -> "PlotView":
        """Return the view with range and crosshair of another plot of the same run."""
        return replace(self, range=other.range, cursor=other.cursor)
