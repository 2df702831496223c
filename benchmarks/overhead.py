"""Measures how much the interface slows a training, and how fast it responds meanwhile."""

import json
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from benchmarks.report import Column, Report, Row, Table, progress
from benchmarks.trainings import Training, train_headless, train_in_interface
from fmnist_tui.config import RunConfig
from fmnist_tui.models import ARCHITECTURES

EPOCHS = {"logistic": 60, "mlp": 20, "cnn": 4}
"""Epochs for about ten seconds of training on two cores; the preset's own are too few to measure."""

COLUMNS = (
    Column("model", "model"),
    Column("epochs", "epochs", "d"),
    Column("headless images/s", "headless", ",.0f"),
    Column("interface images/s", "interface", ",.0f"),
    Column("ratio", "ratio", ".3f"),
    Column("of rounds", "ratios"),
    Column("whole run", "whole_run_ratio", ".3f"),
    Column("drawing, % of a core", "drawing", ".1f"),
    Column("threads", "threads"),
    Column("lag p50", "lag_p50_ms", ".1f"),
    Column("p95", "lag_p95_ms", ".1f"),
    Column("p99", "lag_p99_ms", ".1f"),
    Column("max ms", "lag_max_ms", ".1f"),
)


def overhead(
    *models: Annotated[str, Parameter(help="Models; all if left out.")],
    rounds: Annotated[int, Parameter(help="Pairs of trainings, headless and in the interface.")] = 3,
    epochs: Annotated[int, Parameter(help="Epochs of each training; about ten seconds' worth if 0.")] = 0,
    lag: Annotated[bool, Parameter(help="Also measure the event loop's lag.")] = True,
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> None:
    """Train each model in turns headless and in the interface, in a terminal of 120×40; print the ratio of speeds.

    Speed is that of all epochs but the first, from the runs' logs. The lag is measured in one more training.
    """
    table = Table(f"Training in the interface against headless, preset fast, rounds: {rounds}", COLUMNS)
    report = Report(table)
    measurements: list[object] = []
    for model in models or tuple(ARCHITECTURES):
        config = RunConfig.from_preset("fast", model)
        config = config.model_copy(update={"epochs": epochs or EPOCHS.get(model, config.epochs)})
        pairs = []
        for round_ in range(1, rounds + 1):
            progress(f"round {round_} of {rounds}: {model}")
            pairs.append(_pair(config, is_headless_first=bool(round_ % 2)))
        row = {"model": model, "epochs": config.epochs, **_compared(pairs)}
        lags: list[float] = []
        if lag:
            progress(f"lag: {model}")
            lags = lags_while_training(config)
            row |= percentiles(lags)
        table.rows.append(row)
        measurements.append(
            {"model": model, "pairs": [[asdict(one) for one in pair] for pair in pairs], "lags_seconds": lags}
        )
    report.notes += [
        "ratio: interface ÷ headless, median of the rounds' own ratios; 1 means that the interface costs nothing",
        "drawing: processor time of the thread that draws and handles keys; a training that waits for it loses as much",
        "threads: headless:interface in each round; where a run chose another number, the ratio shows that too",
        "whole run: the same for 1 ÷ time trained, with validation and checkpoints",
        f"lag: how much too late a task of the event loop is woken from a sleep of 5 ms; {len(lags):,} samples a model"
        if lag
        else "lag: not measured",
    ]
    report.publish(json_file, measurements)


def lags_while_training(config: RunConfig) -> list[float]:
    """Return the seconds that the interface's event loop was late, throughout one training."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lags.json"
        training = train_in_interface(config, ("-m", "benchmarks.children.lagging_app", str(file)))
        samples = json.loads(file.read_text(encoding="utf-8"))
    return [late for moment, late in samples if training.figures.began <= moment <= training.figures.ended]


def _pair(config: RunConfig, *, is_headless_first: bool) -> tuple[Training, Training]:
    """Train headless and in the interface, in alternating order, so that a hotter or slower machine affects both."""
    if is_headless_first:
        headless = train_headless(config)
        return headless, train_in_interface(config)
    interface = train_in_interface(config)
    return train_headless(config), interface


def _compared(pairs: list[tuple[Training, Training]]) -> Row:
    def median(figure: Callable[[Training, Training], float]) -> float:
        return statistics.median(figure(headless, interface) for headless, interface in pairs)

    ratios = [one.figures.images_per_second / other.figures.images_per_second for other, one in pairs]
    return {
        "headless": median(lambda headless, _interface: headless.figures.images_per_second),
        "interface": median(lambda _headless, interface: interface.figures.images_per_second),
        "ratio": statistics.median(ratios),
        "drawing": median(lambda _headless, interface: 100 * interface.drawing_share),
        "threads": " ".join(f"{other.figures.threads}:{one.figures.threads}" for other, one in pairs),
        "ratios": " ".join(f"{ratio:.3f}" for ratio in ratios),
        "whole_run_ratio": median(lambda one, other: one.figures.active_seconds / other.figures.active_seconds),
    }


def percentiles(lags: list[float]) -> Row:
    """Return the lags' figures for the table, in milliseconds."""
    cuts = statistics.quantiles(lags, n=100, method="inclusive")
    return {f"lag_p{number}_ms": 1e3 * cuts[number - 1] for number in (50, 95, 99)} | {"lag_max_ms": 1e3 * max(lags)}
