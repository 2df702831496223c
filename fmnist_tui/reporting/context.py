"""Everything that a report file is made of."""

import shlex
from contextlib import suppress
from dataclasses import dataclass

from fmnist_tui.config import command_for
from fmnist_tui.data.image_types import GrayImages
from fmnist_tui.datasets import is_synthetic, mark_of
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.predictions import MAX_PAIRS, Predictions
from fmnist_tui.evaluation.report import Report
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import NO_LABELS, RunLabels, read_labels
from fmnist_tui.runs.reproduce import pinned_config
from fmnist_tui.runs.snapshot import RunSnapshot, replay


@dataclass(frozen=True, slots=True)
class ReportContext:
    """One evaluation with its run.

    Attributes:
        images: The evaluated images, in the order of the predictions.
        snapshot: The training; None if its log can't be read.
        command: The command that reproduces the training; empty if unknown.
        test_evaluations: The number of test-set evaluations of the run; None without a run.
        labels: The run's name, note and tags.
    """

    report: Report
    predictions: Predictions
    images: GrayImages
    snapshot: RunSnapshot | None = None
    command: str = ""
    test_evaluations: int | None = None
    labels: RunLabels = NO_LABELS

    @property
    def names(self) -> list[str]:
        """The names of the classes."""
        return [score.name for score in self.report.classes]

    @property
    def synthetic_mark(self) -> str:
        """The label of a dataset whose figures mean nothing elsewhere, such as "DEMO"; empty for a real dataset."""
        return mark_of(self.report.dataset) if is_synthetic(self.report.dataset) else ""

    def most_confused(self) -> list[tuple[str, str, int]]:
        """Return the most confused pairs of a true and a predicted class, with their number of images."""
        pairs = self.predictions.most_confused()[:MAX_PAIRS]
        return [(self.names[true], self.names[predicted], images) for true, predicted, images in pairs]


def report_context(folder: RunFolder, report: Report, predictions: Predictions, images: GrayImages) -> ReportContext:
    """Return the context of an evaluation of one of a run's checkpoints."""
    snapshot, command, labels = None, "", NO_LABELS
    with suppress(OSError):
        snapshot = replay(read_events(folder.events_file))
    with suppress(UserError):
        command = shlex.join(command_for(pinned_config(folder, folder.config())))
    with suppress(UserError):
        labels = read_labels(folder)
    test_evaluations = sum(each.split == "test" for each in folder.reports())
    return ReportContext(report, predictions, images, snapshot, command, test_evaluations, labels)
