"""The time of the published baseline's hyperparameters on this machine: one epoch measured, times its epochs."""

import statistics
from dataclasses import dataclass
from typing import get_args

from benchmarks.child import run_python, scratch
from benchmarks.peers.images import Images
from benchmarks.peers.task import Task, WorkloadName, arguments_for
from fmnist_tui.config import RunConfig
from fmnist_tui.data.locate import find_source
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST

IMAGES = 60_000
"""The baseline trains on all images and holds none out."""


@dataclass(frozen=True, slots=True)
class RecipeTime:
    """The baseline's time for one model.

    Attributes:
        epoch_seconds: Of each measured epoch, each in a process of its own.
        epochs: How many the recipe has.
    """

    model: str
    epoch_seconds: tuple[float, ...]
    epochs: int

    @property
    def seconds(self) -> float:
        """Training time of all epochs, without the baseline's own evaluations and checkpoints."""
        return statistics.median(self.epoch_seconds) * self.epochs


def time_recipe(model: str, rounds: int) -> RecipeTime | None:
    """Measure the baseline's loop with preset `classic`; return None for a model that it doesn't have."""
    workload = next((name for name in get_args(WorkloadName) if name == model), None)
    if workload is None:
        return None
    files, recipe = find_source(FASHION_MNIST, "auto").files, RunConfig.from_preset("classic", model)
    task = Task(
        workload=workload,
        variant="",
        batch_size=recipe.batch_size,
        epochs=1,
        learning_rate=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        is_checked=False,
        images=Images(files[0], files[1], IMAGES),
    )
    seconds = []
    for _round in range(rounds):
        with scratch() as environment:
            child = run_python("-m", "benchmarks.peers.baseline", *arguments_for(task), environment=environment)
        seconds.append(float(child.result["epoch_seconds"][0]))
    return RecipeTime(model, tuple(seconds), recipe.epochs)
