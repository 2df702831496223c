"""A report on one page: accuracy with its interval, confusion matrix, and the scores of each class."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.geometry import Size

from fmnist_tui.datasets import mark_of
from fmnist_tui.evaluation.report import Report
from fmnist_tui.formatting import accuracy_with_interval, count, loss_figure, percent
from fmnist_tui.runs.test_set_usage import TestSetUsage
from fmnist_tui.tui.widgets.class_scores import MIN_COLUMNS, ClassScores
from fmnist_tui.tui.widgets.confusion_grid import ConfusionGrid
from fmnist_tui.tui.widgets.cursor_keys import Scroll
from fmnist_tui.tui.widgets.paragraph import Paragraph
from fmnist_tui.tui.widgets.run_status_line import MARK_STYLE

BESIDE_COLUMNS = 130
"""From this width on, the scores stand beside the matrix; on low terminals also from less, so that both are seen."""

GAP = 2
"""Columns between the matrix and the scores."""


class ReportView(Scroll):
    """Draws a report as wide as the widget."""

    HELP = (
        "The evaluation of the chosen checkpoint: its accuracy with a 95 % interval, and the scores of each class. "
        "Precision is the share of correct ones among the images predicted as the class, recall the share of the "
        "class's images that are predicted correctly, F1 their harmonic mean."
    )

    DEFAULT_CLASSES = "panel"
    BORDER_TITLE = "Report"

    def __init__(self) -> None:
        super().__init__()
        self._heading = Paragraph(id="report-heading")
        self._heading_lines: list[Content] = []
        self._matrix, self._scores = ConfusionGrid(id="report-matrix"), ClassScores()
        self._matrix.can_focus = False  # a click opens the page on which its cells are chosen

    def compose(self) -> ComposeResult:
        yield self._heading
        with Container(id="report-figures"):
            yield self._matrix
            yield self._scores

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """Show matrix and scores without scrolling if there is any way to."""
        if not self._heading_lines:
            return
        size, matrix = self.size, self._matrix
        self._show_heading(self._heading_lines)
        room = size.height - self._lines_of_heading()
        stacked = matrix.lines(Size(size.width, 0)) + self._scores.lines
        can_be_beside = size.width >= matrix.min_columns + GAP + MIN_COLUMNS
        is_beside = size.width >= BESIDE_COLUMNS or (stacked > room and can_be_beside)
        self.set_class(is_beside, "-beside")
        if not is_beside:
            self._place_below(Size(size.width, room))
            return
        width = max(matrix.min_columns, size.width // 2)
        if matrix.lines(Size(width, 0)) > room:
            self._show_heading(self._heading_lines[:-1])  # the details are the first to go
            room = size.height - self._lines_of_heading()
        self._place_beside(Size(width, room))

    def _place_beside(self, size: Size) -> None:
        """Place the scores beside a matrix of a size, each line beside its row."""
        layout = self._matrix.layout_in(size)
        self._matrix.styles.width, self._matrix.styles.height = size.width, self._matrix.lines(size)
        self._scores.place_lines(has_names=False, top=layout.headings, pitch=layout.height)

    def _place_below(self, size: Size) -> None:
        """Place the scores below the matrix, which takes the lines that nothing else needs."""
        lines = self._matrix.lines(Size(size.width, size.height - self._scores.lines - 1))
        self._matrix.styles.width, self._matrix.styles.height = "100%", lines
        spare = size.height - lines - self._scores.lines
        is_airy = spare > self._scores.lines
        self._scores.place_lines(has_names=True, top=2 if spare > 0 else 1, pitch=2 if is_airy else 1)

    def _show_heading(self, lines: list[Content]) -> None:
        self._heading.update(Content("\n").join(lines))

    def _lines_of_heading(self) -> int:
        content = self._heading.content
        assert isinstance(content, Content)
        return content.get_height({}, max(1, self.size.width))

    def show(self, report: Report, usage: TestSetUsage) -> None:
        """Show a report."""
        self.remove_class("-empty")
        self._heading_lines = _heading(report, usage)
        self._matrix.show([score.name for score in report.classes], report.confusion)
        self._matrix.display = True
        self._scores.show(report)
        self._fit()

    def show_placeholder(self, reason: Content) -> None:
        """Show why there is no report."""
        self.add_class("-empty")
        self._heading_lines = []
        self._heading.update(reason)
        self._matrix.display = False
        self._scores.show(None)


def _heading(report: Report, usage: TestSetUsage) -> list[Content]:
    """Return the lines above the figures, the least important one last."""
    mark = ("  ", (f" {label} ", MARK_STYLE)) if (label := mark_of(report.dataset)) else ()
    accuracy = Content.assemble(
        (f"{report.split} accuracy {accuracy_with_interval(report.accuracy, report.low, report.high)}", "bold"),
        " at 95 %",
        *mark,
        f"  loss {loss_figure(report.loss)}",
    )
    used = [Content(str(usage))] if report.split == "test" else []
    return [accuracy, *used, Content.styled(" · ".join(_details(report)), "$foreground-muted")]


def _details(report: Report) -> Iterator[str]:
    yield f"epoch {report.epoch}"
    yield f"{count(report.correct)} of {count(report.images)} correct"
    if report.top2 is not None:
        yield f"top-2 {percent(report.top2)}"
    if report.calibration is not None:
        yield f"calibration error {percent(report.calibration.expected_error)}"
