"""A curve of bounded size: its points get coarser during a run, so that drawing it never gets slower."""

from dataclasses import dataclass

MAX_POINTS = 512


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (x, y) in the order of x; each is the mean of `stride` neighboring measurements.

    Measurements that are too few for a point are stored as their sum; `points` ends with their mean.
    """

    settled: tuple[tuple[float, float], ...] = ()
    stride: int = 1
    pending_x: float = 0.0
    pending_sum: float = 0.0
    pending_count: int = 0

    def with_point(self, x: float, y: float) -> "Curve":
        """Return the curve with one more measurement, whose x must be larger than all others."""
        total, count = self.pending_sum + y, self.pending_count + 1
        if count < self.stride:
            return Curve(self.settled, self.stride, x, total, count)  # `replace` would take twice as long
        settled = (*self.settled, (x, total / count))
        if len(settled) < MAX_POINTS:
            return Curve(settled, self.stride)
        halved = tuple(
            (right[0], (left[1] + right[1]) / 2) for left, right in zip(settled[::2], settled[1::2], strict=True)
        )
        return Curve(halved, self.stride * 2)

    def until(self, x: float) -> "Curve":
        """Return the curve without the points beyond `x`."""
        return Curve(tuple(point for point in self.points if point[0] <= x), self.stride)

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        if not self.pending_count:
            return self.settled
        return (*self.settled, (self.pending_x, self.pending_sum / self.pending_count))
