"""Measures what drawing costs a training, within one run: the interface draws in every second window of time only.

Trainings of a minute in turns, as `overhead` compares them, say little on a machine whose own speed drifts meanwhile.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from benchmarks.child import home_in, scratch
from benchmarks.report import Column, Report, Table, progress
from benchmarks.terminal import Terminal
from benchmarks.trainings import start_in_interface
from fmnist_tui.config import RunConfig
from fmnist_tui.events import Event, StepsDone, from_line

WINDOW_SECONDS = 5.0

MIN_SHARE = 0.4
"""The least share of a window between its first and its last event: others are of an epoch's end."""

PROGRAM = ("-m", "benchmarks.children.alternating_app")

COLUMNS = (
    Column("model", "model"),
    Column("images/s, not drawn", "undrawn", ",.0f"),
    Column("drawn", "drawn", ",.0f"),
    Column("ratio", "ratio", ".3f"),
    Column("mean", "mean", ".3f"),
    Column("± standard error", "error", ".3f"),
    Column("windows", "windows", "d"),
    Column("drawing, % of a core", "share", ".1f"),
)


def drawing(
    model: Annotated[str, Parameter(help="The model to train.")] = "cnn",
    *,
    seconds: Annotated[float, Parameter(help="How long to train.")] = 240.0,
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> None:
    """Train in the interface, which draws in every second window of 5 s; compare the speed with that of the others."""
    report = Report(Table("Training speed while the interface draws", COLUMNS))
    config = RunConfig.from_preset("fast", model).model_copy(update={"epochs": 1000})
    with scratch() as environment, Terminal(*PROGRAM, environment=environment) as terminal:
        folder = start_in_interface(terminal, home_in(environment), config)
        terminal.wait_for("TRAINING")
        progress(f"{seconds:.0f} s of {model}")
        began = terminal.drawing_seconds()
        time.sleep(seconds)
        share = (terminal.drawing_seconds() - began) / seconds
        events = [from_line(line) for line in (folder / "events.jsonl").read_bytes().splitlines()]
    speeds = window_speeds(events, config.batch_size)
    ratios = ratios_of(speeds)
    report.tables[0].rows.append(
        {
            "model": model,
            "undrawn": statistics.median(speed for window, speed in speeds.items() if not is_drawn(window)),
            "drawn": statistics.median(speed for window, speed in speeds.items() if is_drawn(window)),
            "ratio": statistics.median(ratios),
            "mean": statistics.mean(ratios),
            "error": statistics.stdev(ratios) / len(ratios) ** 0.5,
            "windows": len(ratios),
            "share": 200 * share,
        }
    )
    report.notes += [
        "ratio: each drawn window ÷ the mean of the windows before and after it; the median of all",
        "drawing: processor time of the thread that draws and handles keys, in the drawn half of the time",
    ]
    report.publish(json_file, {"speeds": speeds, "ratios": ratios})


def window_of(moment: float) -> int:
    """Return the number of the window of a moment, in seconds since 1970."""
    return int(moment / WINDOW_SECONDS)


def is_drawn(window: int) -> bool:
    return window % 2 == 1


def seconds_until_drawing(moment: float) -> float:
    """Return the seconds until the next drawn window; 0 within one."""
    window = window_of(moment)
    return 0.0 if is_drawn(window) else (window + 1) * WINDOW_SECONDS - moment


def window_speeds(events: Sequence[Event | None], batch_size: int) -> dict[int, float]:
    """Return the images per second in each window, between the events of one epoch that lie within it.

    The first epoch is left out, and what is None: a line of a later version.
    """
    images, seconds = defaultdict[int, int](int), defaultdict[int, float](float)
    steps = [event for event in events if isinstance(event, StepsDone)]
    for before, after in pairwise(steps):
        window = window_of(after.time)
        if before.epoch == after.epoch > 1 and window_of(before.time) == window:
            images[window] += (after.step - before.step) * batch_size
            seconds[window] += after.active_seconds - before.active_seconds
    enough = MIN_SHARE * WINDOW_SECONDS
    return {window: images[window] / seconds[window] for window in images if seconds[window] >= enough}


def ratios_of(speeds: dict[int, float]) -> list[float]:
    """Return the speed of each drawn window, relative to its two neighbors'."""
    return [
        2 * speed / (speeds[window - 1] + speeds[window + 1])
        for window, speed in speeds.items()
        if is_drawn(window) and window - 1 in speeds and window + 1 in speeds
    ]
