"""The report as Markdown."""

from collections.abc import Iterator, Sequence

from fmnist_tui.reporting.context import ReportContext
from fmnist_tui.sanitize import printable

MAX_PAIRS = 10

SPECIAL = "\\`*_{}[]<>()#+-!|~"


def as_markdown(context: ReportContext) -> str:
    """The whole text."""
    return "\n".join(_lines(context)) + "\n"


def escaped(text: str) -> str:
    """Foreign text on one line that Markdown takes for nothing but text."""
    return "".join(f"\\{char}" if char in SPECIAL else char for char in printable(text, " "))


def _lines(context: ReportContext) -> Iterator[str]:
    report, predictions, names = context.report, context.predictions, context.names
    yield f"# {escaped(report.model)}: {report.accuracy:.2%} on the {report.split} set"
    yield ""
    if report.dataset == "demo":
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
        (escaped(score.name), f"{score.precision:.1%}", f"{score.recall:.1%}", f"{score.f1:.1%}", f"{score.support:,}")
        for score in report.classes
    ]
    yield from _table(("class", "precision", "recall", "F1", "images"), figures)
    yield ""
    yield "## Confusion matrix"
    yield ""
    yield "Rows are the true classes, columns what they were called."
    yield ""
    rows = [(escaped(name), *(str(count) for count in row)) for name, row in zip(names, report.confusion, strict=True)]
    yield from _table(("", *map(escaped, names)), rows)
    yield ""
    yield "## Most confused"
    yield ""
    pairs = predictions.most_confused()[:MAX_PAIRS]
    yield from _table(
        ("true", "called", "images"),
        [(escaped(names[true]), escaped(names[predicted]), str(images)) for true, predicted, images in pairs],
    )
    if report.calibration is not None:
        yield ""
        yield "## Calibration"
        yield ""
        bins = [one for one in report.calibration.bins if one.images]
        yield from _table(
            ("confidence", "mean confidence", "accuracy", "images"),
            [
                (f"{one.low:.0%} – {one.high:.0%}", f"{one.confidence:.1%}", f"{one.accuracy:.1%}", f"{one.images:,}")
                for one in bins
            ],
        )


def _facts(context: ReportContext) -> Iterator[tuple[str, str]]:
    report = context.report
    yield "run", f"{escaped(report.run)}, checkpoint {escaped(report.checkpoint)} of epoch {report.epoch}"
    yield "accuracy", f"{report.accuracy:.2%}, 95 % interval {report.low:.2%} – {report.high:.2%}"
    yield "right", f"{report.correct:,} of {report.images:,}"
    yield "loss", f"{report.loss:.4f}"
    if report.top2 is not None:
        yield "right class among the two likeliest", f"{report.top2:.2%}"
    if report.calibration is not None:
        yield "expected calibration error", f"{report.calibration.expected_error:.2%}"
    if report.split == "test" and context.test_evaluations is not None:
        yield "test set seen with this run", f"{context.test_evaluations} ×"


def _table(headings: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
