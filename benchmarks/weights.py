"""Compares the final weights and the speed of this checkout with another's, to the last bit.

Trainings run through the command line and are compared by their files, so that the modules may differ.
"""

import json
import statistics
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Annotated, Literal, get_args

from cyclopts import Parameter

from benchmarks.child import home_in, run_python, scratch
from benchmarks.machine import ROOT
from benchmarks.report import Column, Report, Row, Table, progress
from benchmarks.run_log import run_folders
from fmnist_tui.models import ARCHITECTURES

Precision = Literal["fp32", "bf16"]

EPOCHS_OF_LONG_PRESETS = 2

COLUMNS = (
    Column("model", "model"),
    Column("preset", "preset"),
    Column("precision", "precision"),
    Column("epochs", "epochs", "d"),
    Column("sha256 of the weights", "digest"),
    Column("images/s", "speed", ",.0f"),
    Column("there", "speed_there", ",.0f"),
    Column("ratio", "ratio", ".3f"),
    Column("weights", "verdict"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a training.

    Attributes:
        digest: sha256 of the final weights' file.
        speed: Training images a second, the median epoch's.
        epochs: Epochs trained.
    """

    digest: str
    speed: float
    epochs: int


def weights(
    *models: Annotated[str, Parameter(help="Models; all if left out.")],
    presets: Annotated[
        tuple[str, ...], Parameter(help="Presets to train with.", consume_multiple=True, negative="")
    ] = ("fast", "accurate"),
    precisions: Annotated[
        tuple[Precision, ...], Parameter(help="Precisions.", consume_multiple=True, negative="")
    ] = get_args(Precision),
    epochs: Annotated[
        int | None, Parameter(help=f"Epochs of each; all of fast and {EPOCHS_OF_LONG_PRESETS} of others if left out.")
    ] = None,
    threads: Annotated[int, Parameter(help="Threads inside one operation.")] = 2,
    rounds: Annotated[int, Parameter(help="Trainings of each; speeds are medians.")] = 1,
    data: Annotated[str, Parameter(help="Data to train on, as for `train --data`.")] = "auto",
    against: Annotated[Path | None, Parameter(help="Another checkout to compare with, in turns.")] = None,
    json_file: Annotated[Path | None, Parameter(help="File for every outcome as JSON.")] = None,
) -> int:
    """Train every model × preset × precision on the CPU and print the sha256 of its final weights.

    With another checkout, the exit code is 1 unless all weights are the same.
    """
    report = Report(Table(f"Final weights, {threads} threads, {data} data, seed 0, rounds: {rounds}", COLUMNS))
    measurements: list[object] = []
    is_same = True
    for model, preset, precision in product(models or ARCHITECTURES, presets, precisions):
        shortened = epochs or (None if preset == "fast" else EPOCHS_OF_LONG_PRESETS)
        options = ["--model", model, "--preset", preset, "--precision", precision, "--threads", str(threads)]
        options += ["--device", "cpu", "--data", data, *(["--epochs", str(shortened)] if shortened else [])]
        here: list[Outcome] = []
        there: list[Outcome] = []
        for round_ in range(1, rounds + 1):
            progress(f"round {round_} of {rounds}: {model}, {preset}, {precision}")
            here.append(_train(ROOT, options))
            if against is not None:
                there.append(_train(against.resolve(), options))
        row = _row(here, there)
        is_same &= row["verdict"] in (None, "same")
        report.tables[0].rows.append({"model": model, "preset": preset, "precision": precision, **row})
        measurements.append(
            {
                "model": model,
                "preset": preset,
                "precision": precision,
                "here": [asdict(one) for one in here],
                "there": [asdict(one) for one in there],
            }
        )
    report.publish(json_file, measurements)
    return 0 if is_same else 1


def _row(here: list[Outcome], there: list[Outcome]) -> Row:
    speed = statistics.median(one.speed for one in here)
    digests = {one.digest for one in (*here, *there)}
    row = {"epochs": here[0].epochs, "digest": here[0].digest[:16], "speed": speed, "verdict": None}
    if there:
        ratios = [one.speed / other.speed for one, other in zip(here, there, strict=True)]
        row["speed_there"] = statistics.median(one.speed for one in there)
        row["ratio"] = statistics.median(ratios)
    if there or len(here) > 1:
        row["verdict"] = "same" if len(digests) == 1 else "different"
    return row


def _train(root: Path, options: list[str]) -> Outcome:
    """Train with the package of a checkout."""
    with scratch() as environment:
        child = run_python("-m", "fmnist_tui", "train", *options, "--json", environment=environment, root=root)
        (folder,) = run_folders(home_in(environment))
        manifest = json.loads((folder / "checkpoints" / "last.json").read_bytes())["manifest"]
    events = [json.loads(line) for line in child.output.splitlines()]
    ended = [event for event in events if event["type"] == "epoch_ended"]
    speed = statistics.median(event["images_per_second"] for event in ended)
    return Outcome(manifest["weights"]["sha256"], speed, len(ended))
