"""A report on one page: accuracy with its interval, confusion matrix, and the scores of each class."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from fmnist_tui.datasets import mark_of
from fmnist_tui.evaluation.report import Report
from fmnist_tui.formatting import accuracy_with_interval, count, loss_figure, percent
from fmnist_tui.runs.test_set_usage import TestSetUsage
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.class_scores import ClassScores
from fmnist_tui.tui.widgets.confusion_grid import HEAT_CLASSES, cell_colors
from fmnist_tui.tui.widgets.run_status_line import MARK_STYLE

NAME, FIGURE = 8, 5  # with 10 classes they fill 78 columns
"""Narrowest columns: a class's name, and one of its figures."""


class ReportView(VerticalScroll):
    """Draws a report as wide as the widget."""

    DEFAULT_CLASSES = "panel"
    BORDER_TITLE = "Report"

    COMPONENT_CLASSES = HEAT_CLASSES

    def __init__(self) -> None:
        super().__init__()
        self._report: Report | None = None
        self._heading, self._lines = Static(id="report-heading"), Static(id="report-table")
        self._scores = ClassScores()

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._lines
        yield self._scores

    def on_mount(self) -> None:
        self.watch(self.app, "theme", self._draw, init=False)

    def on_resize(self) -> None:
        self._draw()

    def show(self, report: Report, usage: TestSetUsage) -> None:
        """Show a report."""
        self._report = report
        self._heading.update(_heading(report, usage))
        self._scores.show(report.classes)
        self._draw()

    def show_placeholder(self, reason: str) -> None:
        """Show why there is no report."""
        self._report = None
        self._heading.update(Content(reason))
        self._scores.show(())
        self._draw()

    def _draw(self) -> None:
        self._lines.update(Content("") if self._report is None else self._table(self._report))

    def _table(self, report: Report) -> Content:
        room = (self.size.width - NAME - 4 * FIGURE) // max(1, len(report.classes))
        cell, name = (FIGURE, NAME) if room <= FIGURE else (min(8, room - 1), 12)
        gap = " " * (cell - FIGURE > 0)
        titles = f"{'class':<{name}}{'prec%':>{FIGURE}}{'rec%':>{FIGURE}}{'F1%':>{FIGURE}}{'n':>{FIGURE}}{gap}"
        titles += "".join(f"{_short(score.name, cell - 1):>{cell}}" for score in report.classes)
        lines = [Content.styled(titles, "$foreground-muted")]
        for index, score in enumerate(report.classes):
            figures = "".join(f"{_figure(value):>{FIGURE}}" for value in (score.precision, score.recall, score.f1))
            row = report.confusion[index]
            total = max(1, sum(row))
            cells = [self._cell(number, number / total, cell, is_correct=at == index) for at, number in enumerate(row)]
            lines.append(
                Content.assemble(
                    f"{_short(score.name, name - 1):<{name}}{figures}{score.support:>{FIGURE}}{gap}", *cells
                )
            )
        return Content("\n").join(lines)

    def _cell(self, number: int, share: float, width: int, *, is_correct: bool) -> Content:
        if not number:
            return Content.styled(f"{'·':>{width}}", "$foreground-disabled")
        background, text = cell_colors(self, share, is_correct=is_correct)
        return Content.styled(f"{number:>{width}}", Style(background=background, foreground=text))


def _heading(report: Report, usage: TestSetUsage) -> Content:
    used = f"\n{usage}" if report.split == "test" else ""
    mark = ("  ", (f" {label} ", MARK_STYLE)) if (label := mark_of(report.dataset)) else ()
    return Content.assemble(
        (f"{report.split} accuracy {accuracy_with_interval(report.accuracy, report.low, report.high)}", "bold"),
        " at 95 %",
        *mark,
        f"  loss {loss_figure(report.loss)}\n",
        (" · ".join(_details(report)), "$foreground-muted"),
        used,
    )


def _details(report: Report) -> Iterator[str]:
    yield f"epoch {report.epoch}"
    yield f"{count(report.correct)} of {count(report.images)} correct"
    if report.top2 is not None:
        yield f"top-2 {percent(report.top2)}"
    if report.calibration is not None:
        yield f"ECE {percent(report.calibration.expected_error)}"
    yield "rows true"


def _figure(share: float) -> str:
    """Return a percentage in at most four characters, so that columns stay apart."""
    text = f"{100 * share:.1f}"
    return text if len(text) <= 4 else text[:3]


def _short(name: str, width: int) -> str:
    return one_line(name)[: max(1, width)]
