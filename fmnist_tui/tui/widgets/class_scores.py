"""Precision and recall of each class as points with their 95 % intervals on an axis, F1, and the number of images."""

from collections.abc import Sequence
from math import floor

from rich.segment import Segment
from textual.geometry import Size

from fmnist_tui.confidence_interval import wilson_interval
from fmnist_tui.evaluation.report import ClassScore, Report
from fmnist_tui.formatting import count, percent
from fmnist_tui.plot_axes import share_ticks
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.line_widget import LineWidget

NAME, FIGURE, F1, SUPPORT = 12, 7, 6, 8
"""Columns: a class's name, "100.0 %", F1, and how many images there are of it."""

MIN_AXIS, MAX_AXIS = 8, 60
"""Columns of an axis. Without room for the narrowest, the columns at the right are left out."""

AXIS_STEP = 0.05
"""The axis begins at a multiple of it, below the lowest interval."""

TICK_COLUMNS = 7
"""Columns of an axis for each of its ticks, at least."""

MARKS = {"precision": "●", "recall": "◆"}
HEADINGS = {"precision": "● prec.", "recall": "◆ recall"}

Interval = tuple[float, float]


class ClassScores(LineWidget):
    """A line for each class below the headings, as wide as the widget."""

    COMPONENT_CLASSES = {f"class-scores--{part}" for part in ("headings", "grid", "precision", "recall")}

    def __init__(self) -> None:
        super().__init__(id="class-scores")
        self._scores: Sequence[ClassScore] = ()
        self._intervals: Sequence[dict[str, Interval]] = ()
        self._low = 0.0

    def show(self, report: Report | None) -> None:
        """Show the scores of a report; none hides the widget."""
        self._scores = () if report is None else report.classes
        self._intervals = () if report is None else class_intervals(report)
        lows = [low for both in self._intervals for low, _high in both.values()]
        lows += [share for score in self._scores for share in _shares(score)]
        self._low = max(0.0, floor(min(lows, default=0.0) / AXIS_STEP - 1e-9) * AXIS_STEP)
        self.display = bool(self._scores)
        self.refresh(layout=True)

    @property
    def lines(self) -> int:
        """The height of the widget."""
        return len(self._scores) + 1 if self._scores else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self.lines

    # Drawing

    def draw_line(self, y: int) -> list[Segment]:
        has_f1, has_support, axis = _columns(self.size.width)
        if y == 0:
            return self._heading(axis, has_f1, has_support)
        return self._line(y - 1, axis, has_f1, has_support) if y <= len(self._scores) else []

    def _heading(self, axis: int, has_f1: bool, has_support: bool) -> list[Segment]:
        muted = self.style_of("class-scores--headings")
        segments = [Segment(f"{'class':<{NAME}}", muted)]
        for name, heading in HEADINGS.items():
            style = self.style_of(f"class-scores--{name}")
            segments += [Segment(_labels(self._low, axis), muted), Segment(f"{heading:>{FIGURE + 1}} ", style)]
        right = (f"{'F1 %':>{F1}}" if has_f1 else "") + (f"{'images':>{SUPPORT}}" if has_support else "")
        return [*segments, Segment(right, muted)]

    def _line(self, row: int, axis: int, has_f1: bool, has_support: bool) -> list[Segment]:
        score = self._scores[row]
        segments = [Segment(f"{one_line(score.name)[: NAME - 1]:<{NAME}}", self.style_of())]
        for (name, mark), share in zip(MARKS.items(), _shares(score), strict=True):
            style = self.style_of(f"class-scores--{name}")
            segments += self._plot(share, self._intervals[row].get(name, (share, share)), mark, axis, name)
            segments += [Segment(f"{percent(share, 1):>{FIGURE}}", style), Segment("  ", self.style_of())]
        right = (f"{100 * score.f1:>{F1}.1f}" if has_f1 else "") + (
            f"{count(score.support):>{SUPPORT}}" if has_support else ""
        )
        return [*segments, Segment(right, self.style_of())]

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
        ticks = {self._column(value, width) for value in _ticks(self._low, width)}
        own, grid = self.style_of(f"class-scores--{name}"), self.style_of("class-scores--grid")
        return [
            Segment("┊", grid) if sign == " " and column in ticks else Segment(sign, own)
            for column, sign in enumerate(signs)
        ]

    def _column(self, share: float, width: int) -> int:
        return _column(share, self._low, width)


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


def _columns(width: int) -> tuple[bool, bool, int]:
    """Return whether there is room for F1 and for the number of images, and the columns of each axis."""
    for f1, support in ((F1, SUPPORT), (F1, 0), (0, 0)):
        axis = (width - NAME - 2 * (FIGURE + 2) - f1 - support) // 2
        if axis >= MIN_AXIS:
            break
    return f1 > 0, support > 0, max(1, min(MAX_AXIS, axis))


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
