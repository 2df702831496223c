"""The report as Markdown."""

from collections.abc import Iterator, Sequence

from fmnist_tui.datasets import is_synthetic
from fmnist_tui.evaluation.predictions import MAX_PAIRS
from fmnist_tui.formatting import INTERVAL_LABEL, accuracy_with_interval, count, loss_figure, percent
from fmnist_tui.reporting.context import ReportContext
from fmnist_tui.sanitize import escape_markdown as escape
from fmnist_tui.sanitize import printable


def as_markdown(context: ReportContext) -> str:
    """Return the whole text."""
    return "\n".join(_lines(context)) + "\n"


def _lines(context: ReportContext) -> Iterator[str]:
    report, predictions, names = context.report, context.predictions, context.names
    yield f"# {escape(report.model)}: {percent(report.accuracy)} on the {report.split} set"
    yield ""
    if is_synthetic(report.dataset):
        yield "**DEMO data: these figures mean nothing elsewhere.**"
        yield ""
    yield from _table(("", ""), _facts(context))
    if context.command:
        yield ""
        yield f"Trained by:\n\n    {printable(context.command)}"
    yield ""
    yield "## Classes"
    yield ""
    figures = [
        (
            escape(score.name),
            *(percent(share, 1) for share in (score.precision, score.recall, score.f1)),
            count(score.support),
        )
        for score in report.classes
    ]
    yield from _table(("class", "precision", "recall", "F1", "images"), figures)
    yield ""
    yield "## Confusion matrix"
    yield ""
    yield "Rows are the true classes, columns the predicted ones."
    yield ""
    rows = [(escape(name), *(str(count) for count in row)) for name, row in zip(names, report.confusion, strict=True)]
    yield from _table(("", *map(escape, names)), rows)
    yield ""
    yield "## Most confused"
    yield ""
    pairs = predictions.most_confused()[:MAX_PAIRS]
    yield from _table(
        ("true", "predicted", "images"),
        [(escape(names[true]), escape(names[predicted]), str(images)) for true, predicted, images in pairs],
    )
    if report.calibration is not None:
        yield ""
        yield "## Calibration"
        yield ""
        bins = [one for one in report.calibration.bins if one.images]
        yield from _table(
            ("confidence", "mean confidence", "accuracy", "images"),
            [
                (
                    f"{percent(one.low, 0, unit='')} – {percent(one.high, 0)}",
                    percent(one.confidence, 1),
                    percent(one.accuracy, 1),
                    count(one.images),
                )
                for one in bins
            ],
        )


def _facts(context: ReportContext) -> Iterator[tuple[str, str]]:
    report = context.report
    yield (
        "run",
        f"{escape(report.run)}, checkpoint {escape(report.checkpoint)} of epoch {report.epoch}",
    )
    yield "dataset", escape(report.dataset)
    yield "accuracy", accuracy_with_interval(report.accuracy, report.low, report.high, label=INTERVAL_LABEL)
    yield "correct", f"{count(report.correct)} of {count(report.images)}"
    yield "loss", loss_figure(report.loss)
    if report.top2 is not None:
        yield "top-2 accuracy", percent(report.top2)
    if report.calibration is not None:
        yield "expected calibration error", percent(report.calibration.expected_error)
    if report.split == "test" and context.test_evaluations is not None:
        yield "test-set evaluations of this run", str(context.test_evaluations)


def _table(headings: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
