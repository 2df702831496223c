"""Measures how long the database of a sweep takes for a trial, in small and large studies."""

import os
import random
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, TypeVar

from cyclopts import Parameter

from benchmarks.report import Column, Report, Table, progress

if TYPE_CHECKING:
    from fmnist_tui.sweeps.claimed_trial import ClaimedTrial
    from fmnist_tui.sweeps.study import Sweep

Result = TypeVar("Result")

SPACE = {"learning_rate": "1e-4..1e-1 log", "batch_size": "32|64|128", "dropout": "0..0.5"}

EPOCHS = 10
"""Reports of each trial."""

COLUMNS = (
    Column("database", "database"),
    Column("trials in the study", "trials", ",d"),
    Column("get a trial ms", "get", ",.0f"),
    Column("report an epoch ms", "report", ",.1f"),
    Column("sign of life ms", "beat", ",.1f"),
    Column("finish ms", "finish", ",.0f"),
    Column(f"in all, {EPOCHS} epochs, ms", "total", ",.0f"),
)


def study(
    *trials: Annotated[int, Parameter(help="Sizes of the study; 10, 100 and 1000 if left out.")],
    storage: Annotated[str, Parameter(help="URL of a database; an SQLite file if empty.")] = "",
    rounds: Annotated[int, Parameter(help="Trials measured in each study.")] = 20,
    json_file: Annotated[Path | None, Parameter(help="File for all measurements as JSON.")] = None,
) -> None:
    """Measure what a worker does with the database for a trial: three fields, TPE and median pruning.

    Nothing is trained. The studies are deleted at the end.
    """
    table = Table("Time of a trial in the database", COLUMNS)
    report = Report(table)
    for count in trials or (10, 100, 1000):
        progress(f"a study of {count:,} trials")
        with _sweep(storage, count, rounds) as sweep:
            measured = [_measure_trial(sweep) for _ in range(rounds)]
        medians = {name: statistics.median(one[name] for one in measured) for name in measured[0]}
        total = medians["get"] + EPOCHS * medians["report"] + medians["finish"]
        database = storage.partition(":")[0].partition("+")[0] or "sqlite"
        table.rows.append({"database": database, "trials": count, "total": total, **medians})
    report.notes += [f"medians of {rounds} trials; get: look for dead workers, count, claim, and choose values"]
    report.publish(json_file, list(table.rows))


@contextmanager
def _sweep(storage: str, finished: int, rounds: int) -> Iterator["Sweep"]:
    """Make a sweep with finished trials and some that are missing, and delete it at the end."""
    with TemporaryDirectory() as home:
        os.environ["FMNIST_TUI_HOME"] = home
        from fmnist_tui.config import RunConfig
        from fmnist_tui.sweeps.settings import SweepSettings
        from fmnist_tui.sweeps.storage import Location
        from fmnist_tui.sweeps.study import Sweep, create_sweep

        name, location = f"benchmark-{uuid.uuid4().hex[:8]}", Location.of(storage or None)
        settings = SweepSettings.of(name, RunConfig.from_preset("fast", "cnn"), SPACE, trials=1)
        create_sweep(settings, location).storage.engine.dispose()
        larger = settings.model_copy(update={"trials": 1 + finished + rounds})
        sweep = Sweep(larger, location, location.open(name, settings.takeover_seconds))
        try:
            _add_finished(sweep, finished)
            sweep.add_missing()
            yield sweep
        finally:
            sweep.storage.delete_study(sweep.study_id)
            sweep.storage.engine.dispose()


def _add_finished(sweep: "Sweep", count: int) -> None:
    import optuna

    from fmnist_tui.sweeps.optuna_terms import distribution

    numbers = random.Random(0)
    distributions = {one.field: distribution(one) for one in sweep.settings.dimensions()}
    trials = [
        optuna.trial.create_trial(
            value=0.9 + slot / 1e6,
            params={
                "learning_rate": 10 ** numbers.uniform(-4, -1),
                "batch_size": numbers.choice([32, 64, 128]),
                "dropout": numbers.uniform(0, 0.5),
            },
            distributions=distributions,
            user_attrs={"slot": slot, "attempt": 0, "lost_workers": 0},
            intermediate_values={epoch: 0.8 + epoch / 100 for epoch in range(1, EPOCHS + 1)},
        )
        for slot in range(1, 1 + count)
    ]
    optuna.load_study(study_name=sweep.settings.name, storage=sweep.storage).add_trials(trials)


def _measure_trial(sweep: "Sweep") -> dict[str, float]:
    """Return the milliseconds of each thing that a worker does for a trial."""

    def get() -> "ClaimedTrial":
        sweep.stopped_by()
        sweep.add_missing()
        sweep.is_done()
        trial = sweep.claim()
        if trial is None:
            raise RuntimeError("no trial waits")
        trial.params()
        return trial

    def beat() -> None:
        trial.beat()
        sweep.stopped_by()
        sweep.trial_stopped_by(trial.number)

    trial, time_to_get = _timed(get)
    reports = [_timed(lambda epoch=epoch: trial.report(epoch, 0.95))[1] for epoch in range(1, EPOCHS + 1)]
    beat_time, finish_time = _timed(beat)[1], _timed(lambda: trial.complete(0.95))[1]
    return {"get": time_to_get, "report": statistics.mean(reports), "beat": beat_time, "finish": finish_time}


def _timed(action: Callable[[], Result]) -> tuple[Result, float]:
    started = time.perf_counter()
    result = action()
    return result, 1e3 * (time.perf_counter() - started)
