"""The report as Markdown."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from fmnist_tui.datasets import is_synthetic
from fmnist_tui.formatting import INTERVAL_LABEL, accuracy_with_interval, count, loss_figure, percent
from fmnist_tui.reporting.context import ReportContext
from fmnist_tui.sanitize import escape_markdown, printable


def as_markdown(context: ReportContext) -> str:
    """Return the whole text. Every foreign text in it is escaped."""
    environment = Environment(
        loader=PackageLoader("fmnist_tui.reporting", "."),
        autoescape=False,  # HTML's escapes mean nothing in Markdown
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        escape=escape_markdown, printable=printable, percent=percent, count=count, loss_figure=loss_figure
    )
    report = context.report
    return environment.get_template("page.md").render(
        report=report,
        is_synthetic=is_synthetic(report.dataset),
        names=context.names,
        command=context.command,
        test_evaluations=context.test_evaluations,
        accuracy=accuracy_with_interval(report.accuracy, report.low, report.high, label=INTERVAL_LABEL),
        pairs=context.most_confused(),
    )
