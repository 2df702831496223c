"""The checkpoints on disk with what is known of each, read without torch."""

from dataclasses import dataclass
from pathlib import Path

from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report, Split
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.summary import RunSummary, list_runs
from fmnist_tui.training.manifest import Manifest, read_manifest


@dataclass(frozen=True, slots=True)
class CheckpointOnDisk:
    """One checkpoint of one run.

    Attributes:
        epoch: The epoch it was saved in; None where its manifest can't be read.
        reports: The evaluations of this very checkpoint, oldest first.
        test_looks: How often the test set was looked at with its run.
    """

    summary: RunSummary
    name: str
    epoch: int | None
    validation_accuracy: float | None
    reports: tuple[Report, ...]
    test_looks: int

    @property
    def folder(self) -> RunFolder:
        return self.summary.folder

    @property
    def key(self) -> str:
        """What tells it from every other."""
        return checkpoint_key(self.folder.path, self.name)

    def newest_report(self, split: Split) -> Report | None:
        """The last evaluation on a split; None where there was none."""
        return next((report for report in reversed(self.reports) if report.split == split), None)


def checkpoint_key(run: Path, name: str) -> str:
    """What tells a checkpoint from every other on this machine."""
    return f"{run.name}/{name}"


def checkpoints_on_disk() -> list[CheckpointOnDisk]:
    """Every checkpoint, the newest run's first."""
    return [checkpoint for summary in list_runs() for checkpoint in _of_run(summary)]


def _of_run(summary: RunSummary) -> list[CheckpointOnDisk]:
    reports = summary.folder.reports()
    looks = sum(report.split == "test" for report in reports)
    found = []
    for name in summary.checkpoints:
        facts = _manifest(summary.folder.checkpoints / f"{name}.json")
        own = tuple(report for report in reports if facts and (report.checkpoint, report.epoch) == (name, facts.epoch))
        accuracy = facts.validation_accuracy if facts else None
        found.append(CheckpointOnDisk(summary, name, facts.epoch if facts else None, accuracy, own, looks))
    return found


def _manifest(file: Path) -> Manifest | None:
    try:
        return read_manifest(file)
    except UserError:
        return None
