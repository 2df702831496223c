"""The time and the computation to reach test accuracies, of each preset and of other recipes."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from benchmarks.child import run_python, scratch
from benchmarks.ladder_chart import write_chart
from benchmarks.peers.images import Images
from benchmarks.peers.task import Task, arguments_for
from benchmarks.report import Column, Report, Row, Table, progress
from fmnist_tui.config import RunConfig, presets_of
from fmnist_tui.data.locate import find_source
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.models import ARCHITECTURES

RUNGS = (0.90, 0.9159, 0.93, 0.94, 0.95)
"""Test accuracies; the second is that of the published baseline's CNN."""

BACKWARD = 3
"""Times the computation of a prediction: a training step computes gradients by inputs and by weights, too."""

LEFT_OUT = ("logistic:fast", "logistic:accurate", "resnet:best")
"""Below the first rung, or half an hour long."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Another way to train, for as many epochs as its recipe says.

    Attributes:
        module: Its file in `benchmarks/peers`.
        flops: Of the prediction for one image.
    """

    module: str
    epochs: int
    batch_size: int
    flops: int


CNN_FLOPS = 2 * (784 * 9 * 16 + 196 * 9 * 16 * 32 + 49 * 9 * 32 * 64 + 576 * 128 + 128 * 10)
"""Of the CNN with its default channels, multiplications and additions."""

AIRBENCH_FLOPS = 2 * (
    729 * 4 * 8  # whitening
    + 9 * (729 * 8 * 32 + 169 * 32 * 32)
    + 9 * (169 * 32 * 128 + 36 * 128 * 128)
    + 9 * (36 * 128 * 128 + 9 * 128 * 128)
    + 128 * 10
)

RECIPES = {
    "airbench, half width": Recipe("airbench", 10, 1024, AIRBENCH_FLOPS),
    "Keras on JAX, CNN": Recipe("keras_jax", 10, 64, CNN_FLOPS),
    "Lightning, CNN": Recipe("lightning_fit", 10, 64, CNN_FLOPS),
}
"""The two libraries train our CNN with their defaults: Adam, its learning rate 0.001, nothing else."""


@dataclass(frozen=True, slots=True)
class Climb:
    """One training.

    Attributes:
        seconds: From the start of training to the end of each epoch, without the checks.
        teraflops: Computed by then, in 10¹² operations.
        accuracies: On the test images, after each epoch.
        how: What it was computed with.
    """

    name: str
    seed: int
    seconds: tuple[float, ...]
    teraflops: tuple[float, ...]
    accuracies: tuple[float, ...]
    how: str

    def epoch_of(self, accuracy: float) -> int | None:
        """Return the index of the first epoch after which the accuracy is reached."""
        return next((epoch for epoch, reached in enumerate(self.accuracies) if reached >= accuracy), None)


def ladder(
    *contestants: Annotated[
        str, Parameter(help="Such as cnn:fast, or the name of a recipe; all but the longest if left out.")
    ],
    seeds: Annotated[int, Parameter(help="Trainings of each preset; recipes are trained once.")] = 1,
    svg_file: Annotated[Path | None, Parameter(help="File for a chart.")] = None,
    json_file: Annotated[Path | None, Parameter(help="File for every epoch as JSON.")] = None,
) -> None:
    """Train each preset and each recipe, and print when its test accuracy first reaches 90, 91.59, 93, 94 and 95 %.

    Seconds are those of training, with autotuning and validation for ours, without imports and the loading of images;
    with several seeds, the median of those that get there if more than half do. Test images are only looked at.
    """
    seconds = Table("Seconds of training until a test accuracy is reached", _columns(",.1f"))
    teraflops = Table("TFLOP until then", _columns(",.1f"))
    report = Report(seconds, teraflops)
    climbs: list[Climb] = []
    for name in contestants or tuple(_everything()):
        for seed in range(1 if name in RECIPES else seeds):
            climb = _recipe(name) if name in RECIPES else _preset(name, seed)
            progress(f"{name}, seed {seed}: {climb.accuracies[-1]:.2%} on the test set, {climb.seconds[-1]:.1f} s")
            climbs.append(climb)
        mine = [climb for climb in climbs if climb.name == name]
        seconds.rows.append(_row(mine, "seconds"))
        teraflops.rows.append(_row(mine, "teraflops"))
    report.publish(json_file, [asdict(climb) for climb in climbs])
    if svg_file is not None:
        first = {climb.name: climb for climb in reversed(climbs)}
        write_chart(svg_file, {name: (climb.seconds, climb.accuracies) for name, climb in reversed(first.items())})


def _everything() -> Iterator[str]:
    for model in ARCHITECTURES:
        for preset in presets_of(model):
            if preset != "classic" and f"{model}:{preset}" not in LEFT_OUT:
                yield f"{model}:{preset}"
    yield from RECIPES


def _columns(form: str) -> tuple[Column, ...]:
    rungs = (Column(f"{100 * rung:g} %", f"{rung}", form) for rung in RUNGS)
    return (
        Column("trained", "name"),
        *rungs,
        Column("whole run", "whole", form),
        Column("reached", "reached", ".2%"),
        Column("computed with", "how"),
    )


def _row(climbs: Sequence[Climb], what: str) -> Row:
    row: dict[str, object] = {
        "name": climbs[0].name,
        "whole": statistics.median(getattr(climb, what)[-1] for climb in climbs),
        "reached": statistics.mean(climb.accuracies[-1] for climb in climbs),
        "how": climbs[0].how or None,
    }
    for rung in RUNGS:
        epochs = [(climb, climb.epoch_of(rung)) for climb in climbs]
        reached = [getattr(climb, what)[epoch] for climb, epoch in epochs if epoch is not None]
        row[f"{rung}"] = statistics.median(reached) if 2 * len(reached) > len(climbs) else None
    return row


def _preset(name: str, seed: int) -> Climb:
    model, _, preset = name.partition(":")
    RunConfig.from_preset(preset, model)  # a wrong name is reported before anything is trained
    with scratch() as environment:
        arguments = ("-m", "benchmarks.children.trace_preset", model, preset, str(seed))
        result = run_python(*arguments, environment=environment).result
    return _climb(name, seed, result, result["flops"])


def _recipe(name: str) -> Climb:
    recipe, files = RECIPES[name], find_source(FASHION_MNIST, "auto").files
    task = Task(
        workload="cnn",
        variant="",
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        learning_rate=1e-3,
        weight_decay=0.0,
        is_checked=False,
        images=Images(files[0], files[1], 60_000, (files[2], files[3])),
        is_traced=True,
    )
    with scratch() as environment:
        arguments = ("-m", f"benchmarks.peers.{recipe.module}", *arguments_for(task))
        result = run_python(*arguments, environment=environment).result
    return _climb(name, 0, result, recipe.flops)


def _climb(name: str, seed: int, result: dict[str, Any], flops: int) -> Climb:
    each = [float(seconds) for seconds in result["epoch_seconds"]]
    an_epoch = BACKWARD * flops * int(result["images_per_epoch"]) / 1e12
    return Climb(
        name=name,
        seed=seed,
        seconds=tuple(sum(each[: epoch + 1]) for epoch in range(len(each))),
        teraflops=tuple(an_epoch * (epoch + 1) for epoch in range(len(each))),
        accuracies=tuple(float(accuracy) for accuracy in result["epoch_accuracies"]),
        how=str(result["how"]),
    )
