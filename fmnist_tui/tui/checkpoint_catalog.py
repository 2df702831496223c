"""The checkpoints on disk with their metadata, read without torch."""

from pathlib import Path
from typing import NamedTuple

from fmnist_tui.data.splits import Split
from fmnist_tui.evaluation.report import Report
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.summary import RunSummary, SavedCheckpoint
from fmnist_tui.runs.test_set_usage import TestSetUsage, test_evaluations_by_model, test_set_usage


class CheckpointEntry(NamedTuple):
    """One checkpoint of one run.

    Attributes:
        usage: How often the test set was evaluated.
    """

    summary: RunSummary
    checkpoint: SavedCheckpoint
    usage: TestSetUsage

    @property
    def folder(self) -> RunFolder:
        return self.summary.folder

    @property
    def name(self) -> str:
        return self.checkpoint.name

    @property
    def key(self) -> str:
        """Its unique key."""
        return checkpoint_key(self.folder.path, self.name)

    def newest_report(self, split: Split) -> Report | None:
        """Return the newest saved evaluation of this checkpoint as it is now; None if there is none."""
        return self.folder.newest_report(split, self.checkpoint.is_subject_of)


def checkpoint_key(run: Path, name: str) -> str:
    """Return the key of a checkpoint, unique on this machine."""
    return f"{run.name}/{name}"


def checkpoints_on_disk() -> list[CheckpointEntry]:
    """Return every checkpoint, those of the newest run first."""
    runs = list_runs()
    by_family = test_evaluations_by_model(runs)
    return [
        CheckpointEntry(run, checkpoint, test_set_usage(run, by_family))
        for run in runs
        for checkpoint in run.checkpoints
    ]
