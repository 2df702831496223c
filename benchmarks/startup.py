"""Measures how soon the interface draws and can train, and its processor time when idle."""

import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import psutil
from cyclopts import Parameter

from benchmarks.child import run_python, scratch
from benchmarks.report import Column, Report, Table, progress
from benchmarks.terminal import Terminal
from benchmarks.trainings import INTERFACE

FIRST_FRAME = ("Train", "Evaluate", "Runs", "logistic", "cnn", "Quit")
"""Texts of the tab line, the model list and the footer: a complete frame has all."""

WHOLE_FORM = ("batch size", "learning rate", "Start")

SECONDS_TO_SETTLE = 3.0

COLUMNS = (
    Column("what", "what"),
    Column("median", "median", ".2f"),
    Column("min", "min", ".2f"),
    Column("max", "max", ".2f"),
    Column("unit", "unit"),
)


@dataclass(frozen=True, slots=True)
class Start:
    """One start of the interface, in seconds from the start of its process.

    Attributes:
        first_frame: Until all of the first frame had reached the terminal.
        form: Until the form stood in it.
        engine: Until the status line shows that the engine is loaded.
        idle_cpu: Share of a core that the process used while nothing happened after that.
        resident_bytes: The memory that it had then.
    """

    first_frame: float
    form: float
    engine: float
    idle_cpu: float
    resident_bytes: int


def startup(
    *,
    rounds: Annotated[int, Parameter(help="Starts of each kind.")] = 10,
    idle_seconds: Annotated[float, Parameter(help="How long to watch the idle interface in each round.")] = 10.0,
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> None:
    """Start the interface in a terminal of 120×40; measure when it draws, when its engine is loaded, and its idle cost.

    From the second round on, all files are in the system's cache.
    """
    table = Table(f"Start of the interface, rounds: {rounds}", COLUMNS)
    report = Report(table)
    starts: list[Start] = []
    imports: list[float] = []
    for round_ in range(1, rounds + 1):
        progress(f"round {round_} of {rounds}")
        imports.append(run_python("-c", "import torch, torchvision").seconds)
        with scratch() as environment:
            starts.append(start_interface(environment, idle_seconds))
    for what, values, unit in (
        ("first frame", [start.first_frame for start in starts], "s"),
        ("form in place", [start.form for start in starts], "s"),
        ("engine loaded", [start.engine for start in starts], "s"),
        ("python -c 'import torch, torchvision'", imports, "s"),
        ("CPU when idle", [100 * start.idle_cpu for start in starts], "% of a core"),
        ("memory when idle", [start.resident_bytes / 1e6 for start in starts], "MB"),
    ):
        table.rows.append(
            {"what": what, "median": statistics.median(values), "min": min(values), "max": max(values), "unit": unit}
        )
    report.notes += [
        "first frame: all of it had come through the terminal; seconds from the start of the process",
        f"idle: {idle_seconds:g} s of watching, {SECONDS_TO_SETTLE:g} s after the engine was loaded",
    ]
    report.publish(json_file, {"starts": [asdict(start) for start in starts], "imports": imports})


def start_interface(environment: dict[str, str], idle_seconds: float) -> Start:
    """Start the interface, wait until it is idle, measure it and quit."""
    with Terminal(*INTERFACE, environment=environment) as terminal:
        engine = terminal.wait_for_ready()
        time.sleep(SECONDS_TO_SETTLE)
        process = psutil.Process(terminal.process)
        used, began = _cpu_seconds(process), time.perf_counter()
        time.sleep(idle_seconds)
        idle_cpu = (_cpu_seconds(process) - used) / max(time.perf_counter() - began, 1e-9)
        resident = process.memory_info().rss
        # Only now is there time to put on a screen what came long ago.
        first_frame, form = terminal.wait_for(*FIRST_FRAME), terminal.wait_for(*WHOLE_FORM)
        terminal.leave()
    return Start(first_frame, form, engine, idle_cpu, resident)


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
