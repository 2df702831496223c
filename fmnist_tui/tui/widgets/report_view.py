"""A report on one page: accuracy with its interval, confusion matrix, and the scores of each class."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.datasets import mark_of
from fmnist_tui.evaluation.report import Report
from fmnist_tui.formatting import accuracy_with_interval, count, loss_figure, percent
from fmnist_tui.runs.test_set_usage import TestSetUsage
from fmnist_tui.tui.widgets.class_scores import ClassScores
from fmnist_tui.tui.widgets.confusion_grid import ConfusionGrid
from fmnist_tui.tui.widgets.cursor_keys import Scroll
from fmnist_tui.tui.widgets.run_status_line import MARK_STYLE

BESIDE_COLUMNS = 130
"""From this width on, the scores stand beside the matrix."""

HEADING_LINES = 3


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
        self._heading = Static(id="report-heading")
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
        is_beside = self.size.width >= BESIDE_COLUMNS
        self.set_class(is_beside, "-beside")
        # The matrix takes the lines that nothing else needs.
        others = HEADING_LINES + (0 if is_beside else self._scores.lines)
        self._matrix.styles.height = self._matrix.lines(self.size.height - others)

    def show(self, report: Report, usage: TestSetUsage) -> None:
        """Show a report."""
        self.remove_class("-empty")
        self._heading.update(_heading(report, usage))
        self._matrix.show([score.name for score in report.classes], report.confusion)
        self._matrix.display = True
        self._scores.show(report)
        self._fit()

    def show_placeholder(self, reason: Content) -> None:
        """Show why there is no report."""
        self.add_class("-empty")
        self._heading.update(reason)
        self._matrix.display = False
        self._scores.show(None)


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
        yield f"calibration error {percent(report.calibration.expected_error)}"
