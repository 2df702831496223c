"""How often the test set was looked at: a model that is chosen by it bit by bit is judged by it no more.

Each new run of a model starts from what the ones before have shown, so their looks wear the test set out too.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from fmnist_tui.runs.summary import RunSummary

Family = tuple[str | None, str]
"""Runs of one model on the same dataset: the model's name and the dataset's label."""


class TestSetUsage(NamedTuple):
    """Looks at the test set, as a view of one run tells them.

    Attributes:
        model: The run's; None where its config can't be read.
        with_run: Looks with the run.
        with_model: Looks with all runs of that model on the same images.
    """

    model: str | None
    with_run: int
    with_model: int

    def __str__(self) -> str:
        seen = f"test set seen {self.with_run:,}× with this run"
        return f"{seen}, {self.with_model:,}× with all {self.model} runs" if self.model else seen


def test_evaluations_by_model(runs: Iterable[RunSummary]) -> Counter[Family]:
    """How often the test set was looked at with the runs of each family."""
    looks: Counter[Family] = Counter()
    for run in runs:
        looks[run.model, run.dataset_mark] += run.test_evaluations
    return looks


def test_set_usage(run: RunSummary, by_family: Counter[Family]) -> TestSetUsage:
    """The looks that are to be told of a run."""
    return TestSetUsage(run.model, run.test_evaluations, by_family[run.model, run.dataset_mark])
