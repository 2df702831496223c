"""The checkpoints on disk with what is known of each, read without torch."""

from pathlib import Path
from typing import NamedTuple

from fmnist_tui.data.splits import Split
from fmnist_tui.evaluation.report import Report
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.summary import RunSummary, SavedCheckpoint, list_runs
from fmnist_tui.runs.test_set_usage import TestSetUsage, test_evaluations_by_model, test_set_usage


class CheckpointEntry(NamedTuple):
    """One checkpoint of one run.

    Attributes:
        looks: How often the test set was looked at with the run, and with its like.
    """

    summary: RunSummary
    kept: SavedCheckpoint
    looks: TestSetUsage

    @property
    def folder(self) -> RunFolder:
        return self.summary.folder

    @property
    def name(self) -> str:
        return self.kept.name

    @property
    def key(self) -> str:
        """What tells it from every other."""
        return f"{self.summary.run}/{self.kept.name}"

    def newest_report(self, split: Split) -> Report | None:
        """The last evaluation of this very checkpoint on a split, read from disk; None where there was none."""
        epoch, saved = self.kept.epoch, self.kept.saved
        if epoch is None or saved is None:  # its manifest can't be read
            return None
        return self.folder.newest_report(self.name, epoch, saved, split)


def checkpoint_key(run: Path, name: str) -> str:
    """What tells a checkpoint from every other on this machine."""
    return f"{run.name}/{name}"


def checkpoints_on_disk() -> list[CheckpointEntry]:
    """Every checkpoint, the newest run's first."""
    runs = list_runs()
    by_family = test_evaluations_by_model(runs)
    return [CheckpointEntry(run, kept, test_set_usage(run, by_family)) for run in runs for kept in run.kept]
