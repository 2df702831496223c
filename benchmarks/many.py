"""Measures lists, folds, frames and starts with many runs and long runs, which should not slow them down."""

import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import psutil
from cyclopts import Parameter

from benchmarks.child import home_in, run_python, scratch
from benchmarks.long_history import write_run
from benchmarks.many_runs import copy_runs, make_template
from benchmarks.report import Column, Report, Table, progress
from benchmarks.startup import FIRST_FRAME
from benchmarks.terminal import Terminal
from benchmarks.trainings import INTERFACE
from fmnist_tui.config import RunConfig

MANY_RUNS = (
    Column("runs", "size", ",.0f"),
    Column("list_runs() s", "first", ".3f"),
    Column("again", "second", ".3f"),
    Column("other process", "other_process", ".3f"),
    Column("again", "other_second", ".3f"),
    Column("filter s", "filter", ".3f"),
    Column("sort s", "sort", ".3f"),
    Column("table s", "table", ".3f"),
    Column("`fmnist-tui runs` s", "command", ".2f"),
    Column("first frame s", "first_frame", ".2f"),
    Column("Runs view s", "runs_view", ".2f"),
    Column("resident MB", "resident_mb", ",.0f"),
)

LONG_RUNS = (
    Column("epochs", "size", ",.0f"),
    Column("log MB", "log_mb", ".3f"),
    Column("replay s", "replay", ".3f"),
    Column("fold steps µs", "fold_steps_us", ".1f"),
    Column("fold epoch µs", "fold_epoch_us", ".1f"),
    Column("snapshot kB", "snapshot_kb", ".1f"),
    Column("frame ms", "frame_steps_ms", ".1f"),
    Column("at epoch's end", "frame_epoch_ms", ".1f"),
    Column("Runs view s", "runs_view", ".2f"),
    Column("list_runs() s", "first", ".3f"),
    Column("first frame s", "first_frame", ".2f"),
    Column("resident MB", "resident_mb", ",.0f"),
)

SECONDS_TO_SETTLE = 3.0

Figures = dict[str, float]
"""Measurements of one round, by the columns' keys."""


def many(
    *,
    runs: Annotated[
        tuple[int, ...], Parameter(help="Numbers of runs in a home.", consume_multiple=True, negative="")
    ] = (1, 1_000, 10_000),
    epochs: Annotated[tuple[int, ...], Parameter(help="Epochs of a run.", consume_multiple=True, negative="")] = (
        1,
        100,
        10_000,
    ),
    rounds: Annotated[int, Parameter(help="Measurements of each size.")] = 3,
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> None:
    """Measure lists of many runs, and the folding, drawing and opening of long ones.

    Nothing is trained but one small run on demo data: it is copied for the many, and the long ones' logs are made up.
    Each round makes them anew; figures are medians.
    """
    many, long = Table("Many runs", MANY_RUNS), Table("A long run", LONG_RUNS)
    report = Report(many, long)
    measurements: list[Figures] = []
    with scratch() as workshop:
        template = make_template(workshop) if runs else None
        for count in runs:
            each = []
            for round_ in range(1, rounds + 1):
                progress(f"{count:,} runs, round {round_} of {rounds}")
                assert template is not None
                each.append(_with_many_runs(template, count))
            many.rows.append(medians(each))
            measurements += each
    for count in epochs:
        config, each = RunConfig.from_preset("fast", "cnn").model_copy(update={"epochs": count}), []
        for round_ in range(1, rounds + 1):
            progress(f"{count:,} epochs, round {round_} of {rounds}")
            each.append(_with_long_run(config))
        long.rows.append(medians(each))
        measurements += each
    report.notes += [
        "other process: what the first process may have cached on disk is there by then",
        "filter: by a setting, an accuracy and a tag; table: the texts of all usual columns of all runs",
        "fold: one more event into the snapshot, the mean of the next 200; snapshot: its pickled size",
        "frame: processor time of the app at 120×40 from a new snapshot to the painted screen, all curves drawn",
        "Runs view: from its key to its rows (many runs) or to the curves of the run (a long run)",
        "resident: of the whole interface, engine loaded and Runs view open",
    ]
    report.publish(json_file, measurements)


def medians(each: Sequence[Figures]) -> Figures:
    """Return the median of the rounds for each figure."""
    return {key: statistics.median(figures[key] for figures in each) for key in each[0]}


def _with_many_runs(template: Path, count: int) -> Figures:
    with scratch() as environment:
        newest = copy_runs(template, home_in(environment), count)
        first = run_python("-m", "benchmarks.children.list_runs", environment=environment).result
        other = run_python("-m", "benchmarks.children.list_runs", environment=environment).result
        command = run_python("-m", "fmnist_tui", "runs", environment=environment)
        if first["runs"] != count or newest not in command.output:
            raise RuntimeError(f"{count} runs were made, but {first['runs']} are listed")
        return {
            "size": count,
            "first": first["first"],
            "second": first["second"],
            "other_process": other["first"],
            "other_second": other["second"],
            **{step: other[step] for step in ("filter", "sort", "table")},
            "command": command.seconds,
            **_opened(environment, newest),
        }


def _with_long_run(config: RunConfig) -> Figures:
    with scratch() as environment:
        folder = write_run(home_in(environment), config)
        folded = run_python("-m", "benchmarks.children.fold_history", str(folder), environment=environment).result
        drawn = run_python("-m", "benchmarks.children.draw_history", str(folder), environment=environment).result
        listed = run_python("-m", "benchmarks.children.list_runs", environment=environment).result
        return {
            "size": config.epochs,
            "log_mb": folded["log_bytes"] / 1e6,
            "replay": folded["replay"],
            "fold_steps_us": 1e6 * folded["fold_steps"],
            "fold_epoch_us": 1e6 * folded["fold_epoch"],
            "snapshot_kb": folded["snapshot_bytes"] / 1e3,
            **_opened(environment, folder.name),
            **drawn,
            "first": listed["first"],
        }


def _opened(environment: Mapping[str, str], run: str) -> Figures:
    """Start the interface in a home and open its Runs view."""
    with Terminal(*INTERFACE, environment=environment) as terminal:
        terminal.wait_for_ready()
        first_frame = terminal.wait_for(*FIRST_FRAME)
        time.sleep(SECONDS_TO_SETTLE)
        pressed = time.perf_counter() - terminal.began
        terminal.press("u")
        shown = terminal.wait_for(run) - pressed
        time.sleep(SECONDS_TO_SETTLE)
        resident = psutil.Process(terminal.process).memory_info().rss
        terminal.leave()
    return {"first_frame": first_frame, "runs_view": shown, "resident_mb": resident / 1e6}
