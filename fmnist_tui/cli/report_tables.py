"""An evaluation report as tables."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fmnist_tui.cli.output import plain, score_table
from fmnist_tui.datasets import mark_of
from fmnist_tui.evaluation.report import Report
from fmnist_tui.formatting import INTERVAL_LABEL, accuracy_with_interval, count, loss_figure, percent
from fmnist_tui.runs.test_set_usage import TestSetUsage
from fmnist_tui.sanitize import printable

SHORT_NAME = 6


def print_report(report: Report, terminal: Console, usage: TestSetUsage | None, run: str = "") -> None:
    """Print the accuracy with its interval, the test-set usage if given, class scores and the confusion matrix.

    Args:
        report: The evaluation.
        terminal: Where it is printed.
        usage: How often the test set was evaluated.
        run: The run's name and identifier, if it is not the report's alone.
    """
    demo = f"{mark} data · " if (mark := mark_of(report.dataset)) else ""
    subject = f"run {run or report.run} · {report.model} · checkpoint {report.checkpoint} of epoch {report.epoch}"
    terminal.print(plain(f"{demo}{subject}"), soft_wrap=True)
    accuracy = accuracy_with_interval(report.accuracy, report.low, report.high, label=INTERVAL_LABEL)
    details = f", loss {loss_figure(report.loss)}, {count(report.correct)} of {count(report.images)} correct"
    terminal.print(Text.assemble(f"{report.split} accuracy ", (accuracy, "bold"), details))
    if usage is not None:
        terminal.print(plain(str(usage), "dim"))
    terminal.print(_class_table(report))
    terminal.print(_confusion_table(report))


def _class_table(report: Report) -> Table:
    table = score_table("class", "precision", "recall", "F1", "images")
    for score in report.classes:
        figures = (percent(share, 1) for share in (score.precision, score.recall, score.f1))
        table.add_row(plain(score.name), *figures, count(score.support))
    return table


def _confusion_table(report: Report) -> Table:
    table = score_table("", *(printable(score.name[:SHORT_NAME]) for score in report.classes))
    table.title, table.padding = "rows: true · columns: predicted", (0, 1, 0, 0)
    for row, (score, counts) in enumerate(zip(report.classes, report.confusion, strict=True)):
        cells = (
            Text(str(count) if count else "·", style=_style(row == column, count, score.support))
            for column, count in enumerate(counts)
        )
        table.add_row(plain(score.name), *cells)
    return table


def _style(is_correct: bool, count: int, support: int) -> str:
    if is_correct:
        return "bold green"
    if count == 0:
        return "dim"
    return "bold red" if count >= 0.05 * support else ""
