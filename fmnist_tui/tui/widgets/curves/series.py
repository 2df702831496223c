"""What is plotted: curves with their markers and bands, and the x axis."""

from dataclasses import dataclass
from functools import cached_property

from fmnist_tui.plot_axes import Point, Points, is_drawable, shown_epochs, ticks
from fmnist_tui.tui.widgets.curves.plot_view import PlotView, Span

TRAIN, VALIDATION = "curve--train", "curve--validation"

MARKER = "●"
"""A validation point."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One curve of a plot.

    Attributes:
        points: In the order of x.
        style: The component class that it is drawn in.
        marker: The character at some of its points; empty for none.
        marker_columns: The first column with a marker, and the columns from there to the next, wherever its points are:
            so curves that lie on each other are marked in turn. None if markers stand at points.
        is_dotted: Whether the line is broken.
        band: Points below and above the curve; the range between them is filled with sparse dots.
    """

    points: Points
    style: str
    marker: str = ""
    marker_columns: tuple[int, int] | None = None
    is_dotted: bool = False
    band: tuple[Points, Points] = ((), ())


@dataclass(frozen=True, slots=True)
class Axis:
    """What the x axis is called and in which numbers it is labeled.

    Attributes:
        title: Its name.
        unit: What 1 on its labels is, in terms of x.
        is_whole: Whether a label is an integer unless the axis is very short.
    """

    title: str = "epoch"
    unit: float = 1.0
    is_whole: bool = True

    def ticks(self, start: float, end: float, max_ticks: int) -> dict[float, str]:
        """Return some x from `start` to `end` with their labels."""
        low, high = start / self.unit, end / self.unit
        smallest = 1.0 if self.is_whole and high - low >= 2 else 0.0
        return {number * self.unit: text for number, text in ticks(low, high, max_ticks, smallest).items()}


@dataclass(frozen=True)
class Series:
    """What is plotted.

    Attributes:
        traces: The curves; later ones cover earlier ones.
        epochs: The planned length of the x axis.
        best: The epoch of the best checkpoint, with its value.
        axis: The x axis.
    """

    traces: tuple[Trace, ...] = ()
    epochs: int = 1
    best: Point | None = None
    axis: Axis = Axis()

    @property
    def has_points(self) -> bool:
        return any(trace.points for trace in self.traces)

    @cached_property
    def latest(self) -> float:
        """The x of the newest point that can be drawn."""
        newest = (next((x for x, y in reversed(trace.points) if is_drawable(y)), 0.0) for trace in self.traces)
        return max(newest, default=0.0)

    @cached_property
    def reach(self) -> float:
        """The end of the full x axis."""
        return shown_epochs(self.latest, self.epochs)

    def span(self, view: PlotView) -> Span:
        """Return the ends of the x axis in a view."""
        return view.span(self.latest, self.reach)


def run_series(train: Points = (), validation: Points = (), epochs: int = 1, best: Point | None = None) -> Series:
    """Return the two curves of a run. A time of 2.5 epochs is the middle of the third epoch."""
    return Series((Trace(train, TRAIN, is_dotted=True), Trace(validation, VALIDATION, MARKER)), epochs, best)
