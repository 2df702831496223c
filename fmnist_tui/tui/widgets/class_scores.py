"""Precision and recall of each class as points with their 95 % intervals on an axis, F1, and the number of images."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor

from rich.segment import Segment
from textual.geometry import Size

from fmnist_tui.confidence_interval import wilson_interval
from fmnist_tui.evaluation.report import ClassScore, Report
from fmnist_tui.formatting import count, percent
from fmnist_tui.plot_axes import share_ticks
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.line_widget import LineWidget

NAME, FIGURE, F1, SUPPORT = 12, 10, 6, 8
"""Columns: a class's name, a figure between its axis and the next, F1, and how many images there are of it."""

JOINT_FIGURES = 14
"""Columns of both figures, of which a space separates a joint axis."""

MIN_COLUMNS = JOINT_FIGURES
"""Columns of the figures alone, without names and axis."""

MIN_AXIS, MAX_AXIS = 8, 60
"""Columns of an axis. Without room for the narrowest, the columns at the right are left out."""

MIN_JOINT_AXIS = 6

AXIS_STEP = 0.05
"""The axis begins at a multiple of it, below the lowest interval."""

TICK_COLUMNS = 7
"""Columns of an axis for each of its ticks, at least."""

MARKS = {"precision": "●", "recall": "◆"}
HEADINGS = {"precision": "● prec.", "recall": "◆ recall"}
JOINT_HEADINGS = {"precision": "●prec.", "recall": "◆recall"}

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Columns:
    """What there is room for, from left to right.

    Attributes:
        name: Columns of the names.
        axis: Columns of an axis.
        is_joint: Whether both marks stand on one axis, without their intervals.
        has_f1: Whether F1 is shown.
        has_support: Whether the number of images is shown.
    """

    name: int
    axis: int
    is_joint: bool = False
    has_f1: bool = False
    has_support: bool = False


class ClassScores(LineWidget):
    """A line for each class below the headings, as wide as the widget."""

    COMPONENT_CLASSES = {f"class-scores--{part}" for part in ("headings", "grid", "precision", "recall")}

    def __init__(self) -> None:
        super().__init__(id="class-scores")
        self._scores: Sequence[ClassScore] = ()
        self._intervals: Sequence[dict[str, Interval]] = ()
        self._low = 0.0
        self._has_names, self._top, self._pitch = True, 1, 1

    def show(self, report: Report | None) -> None:
        """Show the scores of a report; none hides the widget."""
        self._scores = () if report is None else report.classes
        self._intervals = () if report is None else class_intervals(report)
        lows = [low for both in self._intervals for low, _high in both.values()]
        lows += [share for score in self._scores for share in _shares(score)]
        self._low = max(0.0, floor(min(lows, default=0.0) / AXIS_STEP - 1e-9) * AXIS_STEP)
        self.display = bool(self._scores)
        self.refresh(layout=True)

    def place_lines(self, *, has_names: bool, top: int = 1, pitch: int = 1) -> None:
        """Set where the lines are, such as beside those of a matrix, which has the names already.

        Args:
            has_names: Whether the classes' names are shown.
            top: Lines above the first class; the last of them are the headings.
            pitch: Lines from one class to the next.
        """
        if (has_names, top, pitch) != (self._has_names, self._top, self._pitch):
            self._has_names, self._top, self._pitch = has_names, top, pitch
            self.refresh(layout=True)

    @property
    def lines(self) -> int:
        """The smallest height of the widget."""
        return len(self._scores) + 1 if self._scores else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._top + self._pitch * len(self._scores) if self._scores else 0

    # Drawing

    def draw_line(self, y: int) -> Iterable[Segment]:
        columns = _columns(self.size.width, has_names=self._has_names)
        row, line = divmod(y - self._top, self._pitch)
        if y == self._top - 1:
            return self._heading(columns)
        if not 0 <= row < len(self._scores):
            return ()
        return self._line(row, columns) if line == (self._pitch - 1) // 2 else self._empty_line(columns)

    def _heading(self, columns: Columns) -> list[Segment]:
        muted = self.style_of("class-scores--headings")
        segments = [Segment(f"{'class':<{NAME}}"[: columns.name], muted)]
        labels = Segment(_labels(self._low, columns.axis), muted)
        if columns.is_joint:
            own = Segment(" ", self.style_of())
            headings = [
                Segment(heading, self.style_of(f"class-scores--{name}")) for name, heading in JOINT_HEADINGS.items()
            ]
            axis = [labels, own] if columns.axis else []
            return [*segments, *axis, headings[0], own, headings[1]]
        for name, heading in HEADINGS.items():
            segments += [labels, Segment(f"{heading:>{FIGURE - 1}} ", self.style_of(f"class-scores--{name}"))]
        right = f"{'F1 %':>{F1}}" * columns.has_f1 + f"{'images':>{SUPPORT}}" * columns.has_support
        return [*segments, Segment(right, muted)]

    def _line(self, row: int, columns: Columns) -> list[Segment]:
        score, own = self._scores[row], self.style_of()
        segments = [Segment(f"{one_line(score.name)[: NAME - 1]:<{NAME}}"[: columns.name], own)]
        if columns.is_joint:
            space = Segment(" ", own)
            precision, recall = (
                Segment(f"{100 * share:>{len(JOINT_HEADINGS[name])}.1f}", self.style_of(f"class-scores--{name}"))
                for name, share in zip(MARKS, _shares(score), strict=True)
            )
            axis = [*self._joint_plot(_shares(score), columns.axis), space] if columns.axis else []
            return [*segments, *axis, precision, space, recall]
        for (name, mark), share in zip(MARKS.items(), _shares(score), strict=True):
            style = self.style_of(f"class-scores--{name}")
            segments += self._plot(share, self._intervals[row].get(name, (share, share)), mark, columns.axis, name)
            segments += [Segment(f"{percent(share, 1):>{FIGURE - 1}} ", style)]
        right = (
            f"{100 * score.f1:>{F1}.1f}" * columns.has_f1 + f"{count(score.support):>{SUPPORT}}" * columns.has_support
        )
        return [*segments, Segment(right, own)]

    def _empty_line(self, columns: Columns) -> list[Segment]:
        """Return a line between two classes, which continues the ticks."""
        grid = self.style_of("class-scores--grid")
        ticks = self._tick_columns(columns.axis)
        axis = "".join("┊" if column in ticks else " " for column in range(columns.axis))
        if columns.is_joint:
            return [Segment(" " * columns.name + axis, grid)]
        return [Segment(" " * columns.name + axis + " " * FIGURE + axis, grid)]

    def _plot(self, share: float, interval: Interval, mark: str, width: int, name: str) -> list[Segment]:
        """Return a point between the ends of its interval: ├──●──┤."""
        left, at, right = (self._column(value, width) for value in (interval[0], share, interval[1]))
        left, right = min(left, at), max(right, at)
        signs = ["─" if left <= column <= right else " " for column in range(width)]
        if left < at:
            signs[left] = "├"
        if right > at:
            signs[right] = "┤"
        signs[at] = mark
        ticks = self._tick_columns(width)
        own, grid = self.style_of(f"class-scores--{name}"), self.style_of("class-scores--grid")
        return [
            Segment("┊", grid) if sign == " " and column in ticks else Segment(sign, own)
            for column, sign in enumerate(signs)
        ]

    def _joint_plot(self, shares: tuple[float, float], width: int) -> list[Segment]:
        """Return both points with a line between them: ●──◆. Marks in one column stand beside each other."""
        precision, recall = (self._column(share, width) for share in shares)
        if precision == recall:
            precision, recall = (recall, recall + 1) if recall + 1 < width else (recall - 1, recall)
        ticks, grid = self._tick_columns(width), self.style_of("class-scores--grid")
        low, high = sorted((precision, recall))
        segments = [
            Segment("─" if low < column < high else "┊" if column in ticks else " ", grid) for column in range(width)
        ]
        for (name, mark), column in zip(MARKS.items(), (precision, recall), strict=True):
            segments[column] = Segment(mark, self.style_of(f"class-scores--{name}"))
        return segments

    def _column(self, share: float, width: int) -> int:
        return _column(share, self._low, width)

    def _tick_columns(self, width: int) -> set[int]:
        return {self._column(value, width) for value in _ticks(self._low, width)}


def class_intervals(report: Report) -> list[dict[str, Interval]]:
    """Return the 95 % intervals of precision and recall of each class; none for a share of no images."""
    intervals = []
    for label, row in enumerate(report.confusion):
        correct = row[label] if label < len(row) else 0
        totals = {"precision": sum(other[label] for other in report.confusion if label < len(other))}
        totals["recall"] = sum(row)
        intervals.append({name: wilson_interval(correct, total) for name, total in totals.items() if total})
    return intervals


def _shares(score: ClassScore) -> tuple[float, float]:
    return score.precision, score.recall


def _columns(width: int, *, has_names: bool) -> Columns:
    """Return the columns for a width: without F1 and the number of images, or with a joint axis, if it is narrow."""
    name = NAME * has_names
    for f1, support in ((F1, SUPPORT), (F1, 0), (0, 0)):
        axis = (width - name - 2 * FIGURE - f1 - support) // 2
        if axis >= MIN_AXIS:
            return Columns(name, min(MAX_AXIS, axis), has_f1=f1 > 0, has_support=support > 0)
    axis = width - name - JOINT_FIGURES - 1
    return Columns(name, axis if axis >= MIN_JOINT_AXIS else 0, is_joint=True)


def _column(share: float, low: float, width: int) -> int:
    place = (share - low) / max(1e-9, 1.0 - low)
    return max(0, min(width - 1, round(place * (width - 1))))


def _ticks(low: float, width: int) -> dict[float, str]:
    return share_ticks(low, 1.0, max(2, width // TICK_COLUMNS))


def _labels(low: float, width: int) -> str:
    """Return the labels of the ticks, without those that would touch the label before."""
    line = [" "] * width
    free = 0
    for value, label in _ticks(low, width).items():
        text = label.removesuffix(" %")
        start = max(0, min(width - len(text), _column(value, low, width) - len(text) // 2))
        if start >= free:
            line[start : start + len(text)] = text
            free = start + len(text) + 1
    return "".join(line)
