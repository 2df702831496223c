"""Measures how soon the screen shows what a key does while a network trains."""

import re
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from benchmarks.child import home_in, scratch
from benchmarks.overhead import percentiles
from benchmarks.report import Column, Report, Table, progress
from benchmarks.terminal import Terminal
from benchmarks.trainings import INTERFACE, start_in_interface
from fmnist_tui.config import RunConfig

COLUMNS = (
    Column("model", "model"),
    Column("key", "what"),
    Column("median ms", "median", ".1f"),
    Column("p95", "lag_p95_ms", ".1f"),
    Column("p99", "lag_p99_ms", ".1f"),
    Column("max", "lag_max_ms", ".1f"),
    Column("times", "times", ",.0f"),
)

FIELD = re.compile(r"batch size\s+(\d)")
"""A field of the form, and the first digit of its value."""

PREFIXES = ("975", "864")
"""What makes the digits that follow unlike anything else on the screen; they alternate, because the last may linger."""

DIGITS = "36907"
BACKSPACE, ESCAPE = "\x7f", "\x1b"

SECONDS_BETWEEN_KEYS = 0.17
"""No multiple of the time between two frames, so that keys come at any moment between them."""

SECONDS_TO_SHOW = 0.4
"""How long the screen isn't rendered after the last key."""

SECONDS_TO_SETTLE = 3.0


def latency(
    model: Annotated[str, Parameter(help="The model to train.")] = "cnn",
    *,
    keys: Annotated[int, Parameter(help="Digits to type, and views to open.")] = 300,
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> None:
    """Measure the time from a key to the bytes that show its effect, in a terminal of 120×40 during a training."""
    report = Report(Table("From a key to the screen, while the interface trains", COLUMNS))
    config = RunConfig.from_preset("fast", model).model_copy(update={"epochs": 1000})
    measured: dict[str, list[float]] = {}
    with scratch() as environment, Terminal(*INTERFACE, environment=environment) as terminal:
        start_in_interface(terminal, home_in(environment), config)
        terminal.wait_for("TRAINING")
        time.sleep(SECONDS_TO_SETTLE)
        progress("digits in a field")
        terminal.press("f")  # a field, not the same words in the config of the run
        terminal.wait_for("1 … 10,000")  # the range of the batch size
        _click_into_field(terminal)
        measured["a digit in a field"] = _digits(terminal, keys)
        progress("views")
        terminal.press(ESCAPE)
        time.sleep(SECONDS_TO_SETTLE)
        measured["u and t, to another view"] = _views(terminal, keys // 4)
    report.tables[0].rows += [
        {
            "model": model,
            "what": what,
            "median": 1000 * statistics.median(times),
            "times": len(times),
            **percentiles(times),
        }
        for what, times in measured.items()
    ]
    report.publish(json_file, measured)


def _digits(terminal: Terminal, count: int) -> list[float]:
    times: list[float] = []
    while len(times) < count:
        prefix = PREFIXES[len(times) // len(DIGITS) % 2]
        terminal.press(*prefix)
        times += _times(terminal, {digit: prefix + DIGITS[: typed + 1] for typed, digit in enumerate(DIGITS)})
        terminal.press(*[BACKSPACE] * len(prefix + DIGITS))
        time.sleep(SECONDS_BETWEEN_KEYS)
    return times


def _views(terminal: Terminal, count: int) -> list[float]:
    return [
        seconds
        for _opening in range(count)
        for key, effect in (("u", "Runs ("), ("t", "Next run"))
        for seconds in _times(terminal, {key: effect})
    ]


def _times(terminal: Terminal, effects: Mapping[str, str]) -> list[float]:
    """Press keys; return the seconds from each to the bytes that complete the text that shows its effect.

    The screen is rendered only when the effect of the last key is shown, because that would disturb what is measured.
    """
    terminal.render()
    pressed = []
    for key in effects:
        time.sleep(SECONDS_BETWEEN_KEYS)
        pressed.append(time.perf_counter() - terminal.began)
        terminal.press(key)
    time.sleep(SECONDS_TO_SHOW)
    return [terminal.wait_for(effect) - moment for moment, effect in zip(pressed, effects.values(), strict=True)]


def _click_into_field(terminal: Terminal) -> None:
    for y, line in enumerate(terminal.text().splitlines(), 1):
        if found := FIELD.search(line):
            x = found.start(1) + 1
            terminal.press(f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m")
            time.sleep(SECONDS_TO_SETTLE)
            return
    raise RuntimeError(f"no field 'batch size' on the screen:\n{terminal.text()}")
