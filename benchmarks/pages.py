"""Measures how fast the pages of an evaluation open, and how fast their cursors move."""

import statistics
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from benchmarks.child import run_python, scratch
from benchmarks.report import Column, Report, Table, progress
from benchmarks.terminal import Terminal
from benchmarks.trainings import INTERFACE

COLUMNS = (
    Column("from the key", "what"),
    Column("median ms", "median", ".1f"),
    Column("max", "max", ".1f"),
    Column("times", "times", ",.0f"),
)

SECONDS_TO_SETTLE = 1.0

UP, HOME, RIGHT, LEFT, ENTER, ESCAPE = "\x1b[A", "\x1b[H", "\x1b[C", "\x1b[D", "\r", "\x1b"

Milliseconds = dict[str, list[float]]
"""Measurements by name."""


def pages(
    *,
    rounds: Annotated[int, Parameter(help="Starts of the interface.")] = 3,
    moves: Annotated[int, Parameter(help="Moves of each cursor in a round.")] = 20,
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> None:
    """Measure the time from a key to the bytes that complete what it shows, in a real terminal.

    A logistic regression is trained and measured on the 10,000 test images before.
    """
    report = Report(Table("Pages of an evaluation of 10,000 images", COLUMNS))
    measured: Milliseconds = {}
    with scratch() as environment:
        progress("training")
        run_python("-m", "fmnist_tui", "train", "--model", "logistic", "--epochs", "2", environment=environment)
        run_python("-m", "fmnist_tui", "test", "latest", environment=environment)
        for round_ in range(1, rounds + 1):
            progress(f"round {round_} of {rounds}")
            with Terminal(*INTERFACE, environment=environment) as terminal:
                _walk(terminal, moves, measured)
    report.tables[0].rows += [
        {"what": what, "median": statistics.median(times), "max": max(times), "times": len(times)}
        for what, times in measured.items()
    ]
    report.publish(json_file, measured)


def _walk(terminal: Terminal, moves: int, measured: Milliseconds) -> None:
    def timed(what: str, key: str, *words: str) -> None:
        time.sleep(0.1)  # a key typed into a screen at rest
        pressed = time.perf_counter() - terminal.began
        terminal.press(key)
        measured.setdefault(what, []).append(1000 * (terminal.wait_for(*words) - pressed))

    terminal.wait_for_ready()
    time.sleep(SECONDS_TO_SETTLE)
    terminal.press("v")
    terminal.wait_for("logistic")
    terminal.press("d")
    terminal.wait_for("test accuracy")
    time.sleep(SECONDS_TO_SETTLE)
    timed("enter to the matrix", ENTER, "Confusion matrix", "mean confidence")
    time.sleep(SECONDS_TO_SETTLE)
    terminal.press(*[UP] * 10, HOME)
    terminal.wait_for("correctly")  # it may be wrapped after "predicted"
    for _move in range(moves):
        timed("a move in the matrix", RIGHT, "predicted as")
        timed("a move in the matrix", LEFT, "correctly")
    for opening in range(moves // 4):
        what = "enter to the gallery" if opening else "enter to the first gallery"
        timed(what, ENTER, "most confident first", "1 of")
        if not opening:
            for _move in range(moves):
                timed("a move in the gallery", RIGHT, "2 of")
                timed("a move in the gallery", LEFT, "1 of")
        terminal.press(ESCAPE)
        time.sleep(SECONDS_TO_SETTLE)
        terminal.wait_for("Confusion matrix")
    terminal.press(ESCAPE)
    time.sleep(SECONDS_TO_SETTLE)
    timed("R to the calibration", "R", "Reliability diagram")
    terminal.press(ESCAPE)
    time.sleep(SECONDS_TO_SETTLE)
    terminal.leave()
