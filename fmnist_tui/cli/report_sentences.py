"""An evaluation report as whole sentences, one a line: what `test --plain` prints."""

from collections.abc import Iterator

from fmnist_tui.datasets import DATASETS
from fmnist_tui.evaluation.report import Report
from fmnist_tui.formatting import count, loss_figure, percent
from fmnist_tui.runs.test_set_usage import TestSetUsage
from fmnist_tui.sanitize import one_line

CONFUSIONS = 3
"""The number of most frequent confusions that are reported."""


def report_sentences(report: Report, usage: TestSetUsage | None, run: str = "") -> Iterator[str]:
    """Yield the accuracy, the test-set usage if given, the classes, and what is confused most.

    Args:
        report: The evaluation.
        usage: How often the test set was evaluated.
        run: The run's name and identifier, if it is not the report's alone.
    """
    dataset = DATASETS[report.dataset].title if report.dataset in DATASETS else report.dataset
    yield one_line(
        f"Checkpoint {report.checkpoint} of run {run or report.run}, model {report.model}, of epoch {report.epoch}, "
        f"was evaluated on the {report.split} images of {dataset}."
    )
    interval = f"with a 95 % interval from {percent(report.low)} to {percent(report.high)}"
    correct = f"{count(report.correct)} of {count(report.images)} images are correct"
    yield f"The accuracy on the {report.split} images is {percent(report.accuracy)}, {interval}: {correct}."
    yield f"The loss on the {report.split} images is {loss_figure(report.loss)}."
    if usage is not None:
        yield f"{usage}."
    for score in report.classes:
        shares = (percent(share, 1) for share in (score.precision, score.recall, score.f1))
        figures = ", ".join(map(" ".join, zip(("precision", "recall", "F1"), shares, strict=True)))
        yield one_line(f"Class {score.name}: {figures}, {count(score.support)} images.")
    names = [score.name for score in report.classes]
    confusions = (
        (number, names[row], names[column])
        for row, counts in enumerate(report.confusion)
        for column, number in enumerate(counts)
        if number and row != column
    )
    for number, true, predicted in sorted(confusions, reverse=True)[:CONFUSIONS]:
        yield one_line(f"{count(number)} images of class {true} were predicted as {predicted}.")
