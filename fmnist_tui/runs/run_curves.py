"""The curves of a run against epochs, steps and training time, folded from its log.

A snapshot has curves for one run that is watched; to compare runs takes other axes and the learning rate too.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from threading import Lock

from fmnist_tui.events import EpochEnded, Event, RunResumed, RunStarted, StepsDone
from fmnist_tui.plot_axes import Point, is_drawable
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.follow import LogFollower

MAX_ROWS = 512

Row = tuple[float, ...]
"""Where measurements were made, in the order of `XAxis`; then the measurements, in the order of `Metric`."""


class XAxis(Enum):
    """What a curve is plotted against. The value is the place in a row."""

    EPOCH = 0
    STEP = 1
    TIME = 2


class Metric(Enum):
    """What a curve shows. The value is the place in a row."""

    ACCURACY = 3
    LOSS = 4
    LEARNING_RATE = 5


class Rows:
    """Rows in the order of the epochs, which get coarser instead of more: each is the mean of `stride` neighbors."""

    def __init__(self) -> None:
        self._settled: list[Row] = []
        self._pending: list[Row] = []
        self._stride = 1

    def copy(self) -> "Rows":
        """Return rows that can be changed without changing these."""
        rows = Rows()
        rows._settled, rows._pending, rows._stride = [*self._settled], [*self._pending], self._stride
        return rows

    def __iter__(self) -> Iterator[Row]:
        yield from self._settled
        if self._pending:
            yield _mean(self._pending)

    @property
    def latest_epoch(self) -> float:
        """The time of the newest row in epochs; 0 if there is none."""
        newest = (self._pending or self._settled)[-1:]
        return newest[0][XAxis.EPOCH.value] if newest else 0.0

    def add(self, row: Row) -> None:
        """Add a row; those that it repeats are dropped, as a log of an earlier version may lack its resume."""
        if row[XAxis.EPOCH.value] <= self.latest_epoch:
            self.drop_from(row[XAxis.EPOCH.value])
        self._pending.append(row)
        if len(self._pending) < self._stride:
            return
        self._settled.append(_mean(self._pending))
        self._pending = []
        if len(self._settled) == MAX_ROWS:
            pairs = zip(self._settled[::2], self._settled[1::2], strict=True)
            self._settled, self._stride = [_mean(pair) for pair in pairs], 2 * self._stride

    def drop_from(self, epoch: float) -> None:
        """Drop the rows from a time in epochs on."""
        self._settled, self._pending = [
            [row for row in rows if row[XAxis.EPOCH.value] < epoch] for rows in (self._settled, self._pending)
        ]


def _mean(rows: Sequence[Row]) -> Row:
    """Return the means of the measurements, placed where the last of them was made."""
    measurements = zip(*(row[len(XAxis) :] for row in rows), strict=True)
    return (*rows[-1][: len(XAxis)], *(sum(values) / len(rows) for values in measurements))


class RunCurves:
    """The curves of one run, which never change: `after` returns others.

    Args:
        events: Its events; what came after a checkpoint that it was resumed from is dropped, because it was repeated.

    Attributes:
        started: How the run was last started or resumed; None if the log does not show it.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.started: RunStarted | None = None
        self._training, self._validation = Rows(), Rows()
        for event in events:
            self._add(event)

    def after(self, events: Iterable[Event]) -> "RunCurves":
        """Return the curves after more events."""
        curves = RunCurves()
        curves.started = self.started
        curves._training, curves._validation = self._training.copy(), self._validation.copy()
        for event in events:
            curves._add(event)
        return curves

    def points(self, metric: Metric, split: str, axis: XAxis) -> list[Point]:
        """Return a curve, ordered by x.

        Args:
            metric: What it shows; the learning rate is that of the training.
            split: The images that it is measured on, "train" or "validation".
            axis: What x is.
        """
        rows = self._training if split == "train" or metric is Metric.LEARNING_RATE else self._validation
        points: list[Point] = []
        for row in rows:
            x = row[axis.value]
            if is_drawable(x) and (not points or x > points[-1][0]):  # a damaged log may have any times
                points.append((x, row[metric.value]))
        return points

    def _add(self, event: Event) -> None:
        match event:
            case RunStarted():
                self.started = event
            case RunResumed():
                self.started = event.started
                done = event.epoch - 1 + event.step / event.started.steps_per_epoch
                for rows in (self._training, self._validation):
                    rows.drop_from(done + 0.5 / event.started.steps_per_epoch)
            case StepsDone():
                per_epoch = self.started.steps_per_epoch if self.started else max(event.step, 1)
                self._train(event.epoch - 1 + event.step / per_epoch, per_epoch, event, event.accuracy, event.loss)
            case EpochEnded():
                per_epoch = self.started.steps_per_epoch if self.started else 1
                if self._training.latest_epoch <= event.epoch - 1:  # so quick that the log has no step of it
                    self._train(float(event.epoch), per_epoch, event, event.train_accuracy, event.train_loss)
                where = (float(event.epoch), float(event.epoch * per_epoch), event.active_seconds)
                self._validation.add((*where, event.validation_accuracy, event.validation_loss))

    def _train(
        self, epoch: float, steps_per_epoch: int, event: StepsDone | EpochEnded, accuracy: float, loss: float
    ) -> None:
        where = (epoch, epoch * steps_per_epoch, event.active_seconds)
        self._training.add((*where, accuracy, loss, event.learning_rate))


class CurvesFollower:
    """Reads the curves of a run that may be training, from its log.

    Args:
        folder: The run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._log = LogFollower(folder)
        self._curves = RunCurves()
        self._reading = Lock()

    def read(self) -> RunCurves:
        """Return the curves as the log has them now; none if the run has ended before its first event."""
        with self._reading:  # a thread can't be cancelled: the one of an abandoned call may still read
            while True:
                update = self._log.read()
                if update.events or update.is_restart:
                    before = RunCurves() if update.is_restart else self._curves
                    self._curves = before.after(update.events)
                if update.is_at_end:
                    return self._curves
