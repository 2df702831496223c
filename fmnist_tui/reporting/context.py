"""Everything that a report on a checkpoint is made of."""

import shlex
from dataclasses import dataclass

from fmnist_tui.config import command_for
from fmnist_tui.data.images import GrayImages
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.evaluation.report import Report
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.repeat import pinned_config
from fmnist_tui.runs.snapshot import Snapshot, replay


@dataclass(frozen=True, slots=True)
class ReportContext:
    """One evaluation with its surroundings.

    Attributes:
        report: The figures.
        predictions: The answers behind them.
        pictures: The images that were measured on, in their order.
        snapshot: The training as its log tells it; None where no log can be read.
        command: What trains the same; empty where that is not known.
        test_evaluations: How often the test set was looked at with the run; None where there is no run.
    """

    report: Report
    predictions: Predictions
    pictures: GrayImages
    snapshot: Snapshot | None = None
    command: str = ""
    test_evaluations: int | None = None

    @property
    def names(self) -> list[str]:
        """Of the classes."""
        return [score.name for score in self.report.classes]


def report_context(folder: RunFolder, report: Report, predictions: Predictions, pictures: GrayImages) -> ReportContext:
    """The dossier on an evaluation of one of a run's checkpoints."""
    try:
        snapshot = replay(read_events(folder.events_file))
    except OSError:
        snapshot = None
    try:
        command = shlex.join(command_for(pinned_config(folder, folder.config())))
    except UserError:
        command = ""
    looks = sum(kept.split == "test" for kept in folder.reports())
    return ReportContext(report, predictions, pictures, snapshot, command, looks)
