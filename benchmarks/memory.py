"""Measure the peak memory of a training beyond that of the libraries it needs."""

import statistics
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from benchmarks.child import run_python
from benchmarks.report import Column, Report, Table, progress
from benchmarks.trainings import train_headless, train_in_interface
from fmnist_tui.config import RunConfig
from fmnist_tui.models import ARCHITECTURES

LIBRARIES = "import torch, torchvision"

COLUMNS = (
    Column("what", "what"),
    Column("peak MB", "peak_mb", ",.0f"),
    Column("min", "min", ",.0f"),
    Column("max", "max", ",.0f"),
    Column("over the libraries", "over_libraries_mb", "+,.0f"),
)


def memory(
    *models: Annotated[str, Parameter(help="Models; all if left out.")],
    rounds: Annotated[int, Parameter(help="Processes of each kind.")] = 3,
    epochs: Annotated[int, Parameter(help="Epochs of each training.")] = 3,
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> None:
    """Measure the peak resident memory of a training of each model, headless and in the interface.

    Preset fast. The memory-mapped parts of torch's libraries are in all figures, the images (55 MB) in the trainings'.
    """
    table = Table(f"Peak resident memory, {epochs} epochs, rounds: {rounds}", COLUMNS)
    report = Report(table)
    peaks: dict[str, list[int]] = {}
    for round_ in range(1, rounds + 1):
        progress(f"round {round_} of {rounds}")
        peaks.setdefault(LIBRARIES, []).append(run_python("-c", LIBRARIES).peak_bytes)
        for model in models or tuple(ARCHITECTURES):
            config = RunConfig.from_preset("fast", model).model_copy(update={"epochs": epochs})
            peaks.setdefault(f"{model}, headless", []).append(train_headless(config).peak_bytes)
            peaks.setdefault(f"{model}, interface", []).append(train_in_interface(config).peak_bytes)
    libraries = statistics.median(peaks[LIBRARIES])
    for what, values in peaks.items():
        median = statistics.median(values)
        table.rows.append(
            {
                "what": what,
                "peak_mb": median / 1e6,
                "min": min(values) / 1e6,
                "max": max(values) / 1e6,
                "over_libraries_mb": None if what == LIBRARIES else (median - libraries) / 1e6,
            }
        )
    report.publish(json_file, peaks)
