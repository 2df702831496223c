"""Measures a training's speed while other programs use the processors."""

import statistics
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal, get_args

import psutil
from cyclopts import Parameter

from benchmarks.child import run_python, scratch
from benchmarks.report import Column, Report, Table, progress

SECONDS = 12.0
"""Seconds of each training beside other programs."""

SECONDS_ALONE = 34.5
"""Seconds of a training alone: 16 turns of 2 s, with and without yielding."""

THREADS = 2

Waiting = Literal["yielding", "spinning"]
Beside = Literal["nothing", "a busy process", "another training"]

COLUMNS = (
    Column("model", "model"),
    Column("beside", "beside"),
    Column("images/s", "yielding", ",.0f"),
    Column("without yielding", "spinning", ",.0f"),
    Column("ratio", "ratio", ".3f"),
    Column("of rounds", "rounds"),
    Column("fair share", "fair_share", ",.0f"),
    Column("÷ fair share", "to_fair_share", ".2f"),
)


def contention(
    *models: Annotated[str, Parameter(help="Models; mlp and cnn if left out.")],
    beside: Annotated[
        tuple[Beside, ...], Parameter(help="Situations; all if left out. Alone is always measured.")
    ] = get_args(Beside),
    rounds: Annotated[int, Parameter(help="How often each situation is measured.")] = 3,
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> None:
    """Measure images per second of a training with two threads: alone, beside one busy process, and two at once.

    Each next to the same with threads that spin at barriers whatever else runs, which is what libgomp does by itself;
    alone, one training takes turns between the two.
    """
    table = Table(f"Images a second, batch size 64, {THREADS} threads, rounds: {rounds}; medians", COLUMNS)
    report = Report(table)
    measurements: list[object] = []
    for model in models or ("mlp", "cnn"):
        found: dict[tuple[Beside, Waiting], list[float]] = {}
        for round_ in range(1, rounds + 1):
            for situation in ("nothing", *(one for one in beside if one != "nothing")):
                progress(f"round {round_} of {rounds}: {model}, beside {situation}")
                for waiting, speed in _speeds(model, situation).items():
                    found.setdefault((situation, waiting), []).append(speed)
        alone = statistics.median(found["nothing", "yielding"])
        for situation, share in _fair_shares().items():
            if (situation, "yielding") not in found:
                continue
            yielding, spinning = found[situation, "yielding"], found[situation, "spinning"]
            median = statistics.median(yielding)
            table.rows.append(
                {
                    "model": model,
                    "beside": situation,
                    "yielding": median,
                    "spinning": statistics.median(spinning),
                    "ratio": statistics.median(one / other for one, other in zip(yielding, spinning, strict=True)),
                    "rounds": " ".join(f"{one / other:.2f}" for one, other in zip(yielding, spinning, strict=True)),
                    "fair_share": share * alone,
                    "to_fair_share": median / (share * alone),
                }
            )
        measurements += [
            {"model": model, "beside": situation, "waiting": waiting, "images_per_second": speeds}
            for (situation, waiting), speeds in found.items()
        ]
    report.notes += [
        "ratio: images/s ÷ those without yielding in the same round, the median; beside nothing both are of one "
        "training, and 1 means that watching for other programs is free",
        "fair share: the speed alone × the share of the processors that a scheduler fair to threads gives the training",
        "two trainings at once: the mean of both",
    ]
    report.publish(json_file, measurements)


def _fair_shares() -> dict[Beside, float]:
    """Return the share of its speed alone that the training is due in each situation."""
    processors = len(psutil.Process().cpu_affinity() or range(psutil.cpu_count() or 1))

    def share(other_threads: int) -> float:
        return min(1.0, processors / (THREADS + other_threads) * THREADS / min(THREADS, processors))

    return {"nothing": 1.0, "a busy process": share(1), "another training": share(THREADS)}


def _speeds(model: str, beside: Beside) -> dict[Waiting, float]:
    """Return images per second with each kind of waiting; for two trainings at once, the mean of both."""
    if beside == "nothing":
        return _train(model, "both", SECONDS_ALONE)
    return {waiting: _speed_beside(model, beside, waiting) for waiting in get_args(Waiting)}


def _speed_beside(model: str, beside: Beside, waiting: Waiting) -> float:
    if beside == "another training":
        with ThreadPoolExecutor(2) as pool:
            return statistics.mean(pool.map(lambda _: _train(model, waiting)[waiting], range(2)))
    with _busy_process():
        return _train(model, waiting)[waiting]


def _train(model: str, waiting: Waiting | Literal["both"], seconds: float = SECONDS) -> dict[Waiting, float]:
    with scratch() as environment:
        arguments = ("-m", "benchmarks.children.contended_training", model, str(seconds), waiting)
        return dict(run_python(*arguments, environment=environment).result)


@contextmanager
def _busy_process() -> Iterator[None]:
    neighbor = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        neighbor.kill()
        neighbor.wait()
