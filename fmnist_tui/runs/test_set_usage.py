"""How often the test set was evaluated: a model that is chosen by its test accuracy is no longer judged by it.

Each new run of a model starts from what earlier ones have shown, so their evaluations count as well.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from fmnist_tui.formatting import counted
from fmnist_tui.runs.summary import RunSummary

Family = tuple[str | None, str]
"""Runs of one model on the same dataset: the model's name and the dataset's label."""


class TestSetUsage(NamedTuple):
    """Test-set evaluations, as shown with a run.

    Attributes:
        model: The run's model; None if its config can't be read.
        with_run: Evaluations of the run's checkpoints.
        with_model: Evaluations of the checkpoints of all runs of that model on the same images.
    """

    model: str | None
    with_run: int
    with_model: int

    def __str__(self) -> str:
        text = f"{counted(self.with_run, 'test-set evaluation')} of this run"
        return f"{text}, {self.with_model:,} of all {self.model} runs" if self.model else text


def test_evaluations_by_model(runs: Iterable[RunSummary]) -> Counter[Family]:
    """Return the number of test-set evaluations of the runs of each family."""
    counts: Counter[Family] = Counter()
    for run in runs:
        counts[run.model, run.dataset_mark] += run.test_evaluations
    return counts


def test_set_usage(run: RunSummary, by_family: Counter[Family]) -> TestSetUsage:
    """Return what is shown with `run`."""
    return TestSetUsage(run.model, run.test_evaluations, by_family[run.model, run.dataset_mark])
