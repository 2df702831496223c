"""Measures how much several trainings at once get done on the same processors."""

import json
import statistics
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from cyclopts import Parameter

from benchmarks.child import run_python, scratch
from benchmarks.report import Column, Report, Table, progress
from fmnist_tui.config import RunConfig, command_for
from fmnist_tui.datasets import TRAIN_IMAGES

MODELS = ("mlp", "cnn")

MANY_EPOCHS = 10_000
"""A training of the first table is ended, and none may end by itself."""

Figures = dict[str, Any]

SHARED = (
    Column("model", "model"),
    Column("trainings at once", "at_once", "d"),
    Column("threads of each", "threads"),
    Column("images/s of all", "total", ",.0f"),
    Column("÷ one alone", "to_alone", ".2f"),
    Column("slowest ÷ fastest", "fairness", ".2f"),
)

REPEATED = (
    Column("model", "model"),
    Column("repeats", "repeats", "d"),
    Column("trained", "trained"),
    Column("one after another s", "sequential", ",.1f"),
    Column("images/s", "sequential_speed", ",.0f"),
    Column("by --repeats s", "concurrent", ",.1f"),
    Column("images/s", "concurrent_speed", ",.0f"),
    Column("ratio", "ratio", ".2f"),
)


def scaling(
    *models: Annotated[str, Parameter(help="Models; mlp and cnn if left out.")],
    at_once: Annotated[
        tuple[int, ...], Parameter(help="Numbers of trainings at once.", consume_multiple=True, negative="")
    ] = (1, 2, 4),
    threads: Annotated[int, Parameter(help="Threads of each training; 0 lets each choose.")] = 0,
    seconds: Annotated[float, Parameter(help="Seconds of each measurement.")] = 20.0,
    repeats: Annotated[int, Parameter(help="Repeats of a config; 0 leaves them out.")] = 4,
    epochs: Annotated[int, Parameter(help="Epochs of each repeat; 0 takes the preset's.")] = 0,
    data: Annotated[str, Parameter(help="The folder with the images, auto or demo.")] = "auto",
    rounds: Annotated[int, Parameter(help="How often everything is measured.")] = 3,
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> None:
    """Measure images per second of 1, 2 and 4 trainings at once, and repeats at once next to one after another.

    Trainings are counted while all of them train. Repeats are timed as commands, from their start to their end:
    `train` for each seed, and `train --repeats`. Figures are medians of the rounds.
    """
    shared, repeated = Table("Trainings on the same processors", SHARED), Table("Repeats of one config", REPEATED)
    report = Report(shared, repeated)
    measurements: list[Figures] = []
    for model in models or MODELS:
        config = RunConfig.from_preset("fast", model).model_copy(update={"device": "cpu", "data": data})
        endless = config.model_copy(update={"epochs": MANY_EPOCHS, "threads": threads})
        for count in at_once:
            each = []
            for round_ in range(1, rounds + 1):
                progress(f"{model}: {count} at once, round {round_} of {rounds}")
                each.append({"model": model, "at_once": count, **_trained_at_once(endless, count, seconds)})
            shared.rows.append(_medians(each))
            measurements += each
        _compare_with_first(shared.rows[-len(at_once) :])
        if repeats:
            short = config.model_copy(update={"epochs": epochs or config.epochs})
            each = []
            for round_ in range(1, rounds + 1):
                progress(f"{model}: {repeats} repeats, round {round_} of {rounds}")
                each.append({"model": model, "repeats": repeats, **_repeated(short, repeats)})
            repeated.rows.append(_medians(each))
            measurements += each
    report.notes += [
        "images/s of all: training images of all trainings together, their validations included in the time",
        "÷ one alone: the same divided by that of the first line of the model",
        "images/s of repeats: training images of all of them ÷ the time of the commands, torch's imports included",
        "ratio: the time of one after another ÷ that of --repeats",
    ]
    report.publish(json_file, measurements)


def _trained_at_once(config: RunConfig, count: int, seconds: float) -> Figures:
    def train(folder: str) -> Figures:
        arguments = ("-m", "benchmarks.children.shared_training", config.model_dump_json(), folder)
        with scratch() as environment:
            return run_python(*arguments, str(count), str(seconds), environment=environment).result

    with TemporaryDirectory() as folder, ThreadPoolExecutor(count) as pool:
        found = list(pool.map(train, [folder] * count))
    speeds = [one["images_per_second"] for one in found]
    return {
        "threads": " ".join(str(one["threads"]) for one in found),
        "total": sum(speeds),
        "fairness": min(speeds) / max(speeds) if max(speeds) else 0.0,
    }


def _repeated(config: RunConfig, repeats: int) -> Figures:
    """Time repeats of a config, and the same runs one after another."""
    command = ("-m", "fmnist_tui", *command_for(config)[1:])
    with scratch() as environment:
        runs = [run_python(*command, "--seed", str(seed), environment=environment) for seed in range(repeats)]
    with scratch() as environment:
        together = run_python(*command, "--repeats", str(repeats), "--json", environment=environment)
    started, *ended = map(json.loads, together.output.splitlines())
    if len(ended) != repeats or any(run["state"] != "finished" for run in ended):
        raise RuntimeError(f"{repeats} repeats were begun, but not all have finished")
    sequential, images = (
        sum(run.seconds for run in runs),
        repeats * config.epochs * (TRAIN_IMAGES - config.validation_size),
    )
    return {
        "trained": f"{started['at_once']} at a time, threads {started['threads']}",
        "sequential": sequential,
        "sequential_speed": images / sequential,
        "concurrent": together.seconds,
        "concurrent_speed": images / together.seconds,
        "ratio": sequential / together.seconds,
    }


def _compare_with_first(rows: list[Any]) -> None:
    for row in rows:
        row["to_alone"] = row["total"] / rows[0]["total"] if rows[0]["total"] else None


def _medians(each: list[Figures]) -> Figures:
    """Return the median of the rounds for each figure, and the texts of the last round."""
    return {
        key: value if isinstance(value, str) else type(value)(statistics.median(one[key] for one in each))
        for key, value in each[-1].items()
    }
