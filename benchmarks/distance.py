"""How far apart two processors are, by the time that a value takes between them, and what that costs a small network.

The host of a virtual machine may move its processors to cores that share a cache, or apart, within seconds.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from benchmarks.machine import ROOT
from benchmarks.report import Column, Report, Row, Table, progress
from fmnist_tui.processors import own_processors

if TYPE_CHECKING:
    from fmnist_tui.training.train_step import TrainStep

STEPS_SECONDS = 0.3
STEPS_AT_ONCE = 20
BATCH = 64

COLUMNS = (
    Column("a value takes", "state"),
    Column("ns, median", "nanoseconds", ".0f"),
    Column("images/s, 2 threads", "speed", ",.0f"),
    Column("lowest", "lowest", ",.0f"),
    Column("highest", "highest", ",.0f"),
    Column("samples", "samples", "d"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """Steps of a training, and the way of a value right after them.

    Attributes:
        nanoseconds: For one way, with the time in which two interpreters notice it.
        images_per_second: Of the steps.
    """

    nanoseconds: float
    images_per_second: float


def distance(
    *,
    seconds: Annotated[float, Parameter(help="How long to measure with two threads.")] = 60.0,
    json_file: Annotated[Path | None, Parameter(help="File for every sample as JSON.")] = None,
) -> None:
    """Train an MLP on two processors, and measure after every 0.3 s how long a value takes from one to the other.

    Samples are parted halfway between the shortest and the longest time. If all are alike, one row is enough.
    """
    import torch

    report = Report(table := Table("Training steps of the MLP 256-128-64 with Adam, batches of 64", COLUMNS))
    torch.set_num_threads(2)
    both, one = _train_step(2), _train_step(1)
    samples = []
    with _passing() as nanoseconds:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            speed = _images_per_second(both)
            samples.append(Sample(nanoseconds(), speed))
            progress(f"{samples[-1].nanoseconds:.0f} ns, {speed:,.0f} images/s")
    torch.set_num_threads(1)
    alone = statistics.median(_images_per_second(one) for _ in range(10))
    table.rows += _rows(samples)
    report.notes.append(f"one thread: {alone:,.0f} images/s")
    report.publish(json_file, [asdict(sample) for sample in samples])


def _rows(samples: Sequence[Sample]) -> Iterator[Row]:
    times = [sample.nanoseconds for sample in samples]
    middle = (min(times) + max(times)) / 2
    for state, chosen in (
        ("less", [sample for sample in samples if sample.nanoseconds <= middle]),
        ("more", [sample for sample in samples if sample.nanoseconds > middle]),
    ):
        if chosen:
            speeds = [sample.images_per_second for sample in chosen]
            yield {
                "state": f"{state} than {middle:.0f} ns",
                "nanoseconds": statistics.median(sample.nanoseconds for sample in chosen),
                "speed": statistics.median(speeds),
                "lowest": min(speeds),
                "highest": max(speeds),
                "samples": len(chosen),
            }


@contextmanager
def _passing() -> Iterator[Callable[[], float]]:
    """Yield a function that returns the shorter of two times; the first still wakes the processors."""
    first, second, *_rest = sorted(own_processors())
    arguments = (sys.executable, "-m", "benchmarks.children.pass_values", str(first), str(second))
    with subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        requests, times = child.stdin, child.stdout
        assert requests is not None
        assert times is not None

        def once() -> float:
            requests.write("\n")
            requests.flush()
            return float(times.readline())

        yield lambda: min(once(), once())
        requests.close()


def _train_step(threads: int) -> "TrainStep":
    from fmnist_tui.config import RunConfig
    from fmnist_tui.training.compute_plan import choose_plan
    from fmnist_tui.training.train_step import TrainStep

    options = {"optimizer": "adam", "batch_size": BATCH, "precision": "fp32", "device": "cpu", "threads": threads}
    config = RunConfig.from_flat({"model": "mlp", "dropout": 0.0, **options})
    return TrainStep(config, choose_plan(config), total_steps=1_000_000)


def _images_per_second(train_step: "TrainStep") -> float:
    import torch

    from fmnist_tui.datasets import CLASSES, IMAGE_SHAPE

    images, labels = torch.randn(BATCH, *IMAGE_SHAPE), torch.randint(CLASSES, (BATCH,))
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < STEPS_SECONDS:
        for _ in range(STEPS_AT_ONCE):
            train_step.step(images, labels, 0)
        count += STEPS_AT_ONCE
    return BATCH * count / (time.perf_counter() - began)
