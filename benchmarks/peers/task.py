"""The input and output of a peer: a task; the time of each epoch, and its accuracy."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmarks.peers.images import Images

WorkloadName = Literal["logistic", "mlp", "cnn"]

HIDDEN_UNITS = (256, 128, 64)
CHANNELS = (16, 32, 64)
HEAD_UNITS = 128
DROPOUT = 0.1
SLOPE = 0.01
"""Negative slope of the leaky ReLU."""


@dataclass(frozen=True)
class Task:
    """One training: the same for all peers.

    Attributes:
        variant: A variant of the peer; "" is the default.
        is_checked: Whether the trained network is to be tried on images that it hasn't seen.
        is_traced: Whether it is to be tried after each epoch; not every peer can.
    """

    workload: WorkloadName
    variant: str
    batch_size: int
    epochs: int
    learning_rate: float
    weight_decay: float
    is_checked: bool
    images: Images
    is_traced: bool = False

    @property
    def threads(self) -> int:
        """Return the number of threads of a peer: one per core."""
        return os.cpu_count() or 1

    def clock(self, accuracy: Callable[[], float]) -> "EpochClock":
        """Return a clock that tries the network after each epoch if the task is traced."""
        return EpochClock(accuracy if self.is_traced else None)


@dataclass(frozen=True)
class Outcome:
    """The result of a task.

    Attributes:
        epoch_seconds: Training time of each epoch, in order.
        images_per_epoch: Images that an epoch trained on; less than all where a last small batch is left out.
        accuracy: Works out the trained network's accuracy on held-out images; called after all clocks are read.
        how: What the peer chose by itself, in words; empty where it had no choice.
        epoch_accuracies: After each epoch, if the task is traced.
    """

    epoch_seconds: list[float]
    images_per_epoch: int
    accuracy: Callable[[], float]
    how: str = ""
    epoch_accuracies: list[float] = field(default_factory=list)


class EpochClock:
    """Measure epochs from end to end, including what is between two of them.

    Args:
        check: Works out the accuracy after each epoch, while the clock stands; None to leave it out.
    """

    def __init__(self, check: Callable[[], float] | None = None) -> None:
        self.seconds: list[float] = []
        self.accuracies: list[float] = []
        self._check = check
        self._last = time.perf_counter()

    def start(self) -> None:
        """Start the first epoch."""
        self._last = time.perf_counter()

    def epoch_ended(self) -> None:
        """End an epoch; call it when its work is done, not only queued."""
        now = time.perf_counter()
        self.seconds.append(now - self._last)
        self._last = now
        if self._check is not None:
            self.accuracies.append(self._check())
            self._last = time.perf_counter()


def run_task(train: Callable[[Task], Outcome]) -> None:
    """Read the task from the command line, run it and print the outcome as one line of JSON."""
    task = task_from(sys.argv[1:])
    outcome = train(task)
    speeds = [outcome.images_per_epoch / seconds for seconds in outcome.epoch_seconds]
    result = {
        "epoch_seconds": outcome.epoch_seconds,
        "images_per_second": speeds,
        "images_per_epoch": outcome.images_per_epoch,
        "accuracy": outcome.accuracy() if task.is_checked else None,
        "epoch_accuracies": outcome.epoch_accuracies,
        "how": outcome.how,
    }
    print(json.dumps(result), flush=True)


def arguments_for(task: Task) -> list[str]:
    """Return the command line that `task_from` reads."""
    arguments = [
        f"--workload={task.workload}",
        f"--variant={task.variant}",
        f"--batch-size={task.batch_size}",
        f"--epochs={task.epochs}",
        f"--learning-rate={task.learning_rate}",
        f"--weight-decay={task.weight_decay}",
        f"--images-file={task.images.images_file}",
        f"--labels-file={task.images.labels_file}",
        f"--count={task.images.count}",
    ]
    if task.images.test_files is not None:
        arguments.append("--test-files")
        arguments += map(str, task.images.test_files)
    arguments += ["--check"] if task.is_checked else []
    return [*arguments, "--trace"] if task.is_traced else arguments


def task_from(arguments: list[str]) -> Task:
    """Return the task of a command line."""
    # argparse, for it takes next to no time to import, and a peer's whole life is measured
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", choices=("logistic", "mlp", "cnn"), required=True)
    parser.add_argument("--variant", default="")
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--weight-decay", type=float, default=0.0)
    parser.add_argument("--images-file", type=Path, required=True)
    parser.add_argument("--labels-file", type=Path, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--test-files", type=Path, nargs=2)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--trace", action="store_true")
    given = parser.parse_args(arguments)
    return Task(
        workload=given.workload,
        variant=given.variant,
        batch_size=given.batch_size,
        epochs=given.epochs,
        learning_rate=given.learning_rate,
        weight_decay=given.weight_decay,
        is_checked=given.check,
        images=Images(
            given.images_file, given.labels_file, given.count, tuple(given.test_files) if given.test_files else None
        ),
        is_traced=given.trace,
    )
