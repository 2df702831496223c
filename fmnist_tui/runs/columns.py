"""The columns of lists of runs, in the terminal, in the interface and in CSV files."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from fmnist_tui.errors import UserError
from fmnist_tui.formatting import MISSING, duration, percent
from fmnist_tui.runs.run_fields import (
    ALIASES,
    FIELDS,
    Kind,
    RunField,
    Value,
    field_named,
    hyperparameter_fields,
    setting_text,
    unknown_name,
)
from fmnist_tui.runs.summary import RunSummary

MARKED, DAMAGED = "●", "△"
"""In the first column: the run is marked; something of it can't be read."""

NOT_LISTED = {"model", "dataset", "epochs", "data", "device", "precision", "threads", "checkpoint_every"}
"""Settings that have columns of their own, or that depend on the machine."""


@dataclass(frozen=True, slots=True)
class RunColumn:
    """One column.

    Attributes:
        name: What `--columns` and `--sort` call it; the same as that of its field in filters, if there is one.
        heading: What stands above it.
        help: What it shows.
        texts: Return the text of each of the listed runs.
        value: Return what a run is sorted by; None if the column can't be sorted by.
        is_right_aligned: Whether its texts are figures.
        priority: The column with the lowest one is left out first where there is no room for all.
        min_width: The width down to which longer texts are cut; 0 if they may not be cut.
        is_descending: Whether the highest value is first unless another order is asked for.
    """

    name: str
    heading: str
    help: str
    texts: Callable[[Sequence[RunSummary]], list[str]]
    value: Callable[[RunSummary], Value] | None
    is_right_aligned: bool = False
    priority: int = 0
    min_width: int = 0
    is_descending: bool = False


def _each(text: Callable[[RunSummary], str]) -> Callable[[Sequence[RunSummary]], list[str]]:
    return lambda runs: [text(run) for run in runs]


def _fixed(
    name: str, heading: str, text: Callable[[RunSummary], str], *, priority: int, min_width: int = 0
) -> RunColumn:
    """Return the column of a field."""
    field = FIELDS[name]
    return RunColumn(
        name,
        heading,
        field.help,
        _each(text),
        field.value,
        field.kind in (Kind.NUMBER, Kind.SHARE, Kind.DURATION),
        priority,
        min_width,
        field.kind.is_ordered or field.kind is Kind.SWITCH,
    )


def _marks(run: RunSummary) -> str:
    return MARKED * run.is_marked + DAMAGED * bool(run.problem)


def _epochs(run: RunSummary) -> str:
    return f"{run.epochs}/{run.planned_epochs}" if run.planned_epochs else str(run.epochs)


def _interval(run: RunSummary) -> str:
    from fmnist_tui.confidence_interval import wilson_interval  # slow to import

    accuracy, images = run.best_validation_accuracy, run.validation_size
    if accuracy is None or not images or not 0.0 <= accuracy <= 1.0:  # in a damaged log, it may be any number
        return MISSING
    low, high = wilson_interval(round(accuracy * images), images)
    return f"{percent(low, unit='')}–{percent(high, unit='')}"


def _created(run: RunSummary) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(run.created)) if run.created else MISSING
    except (ValueError, OverflowError, OSError):  # in a damaged log, it may be any number
        return MISSING


def _seconds(run: RunSummary) -> str:
    return duration(run.active_seconds) if run.active_seconds else MISSING


def _differing_settings(runs: Sequence[RunSummary]) -> list[str]:
    """Return for each run the settings in which it differs from others that have them."""
    settings = [run.settings for run in runs]
    first: dict[str, object] = {}
    differing: set[str] = set()
    for own in settings:
        for name, value in own.items():
            if first.setdefault(name, value) != value:
                differing.add(name)
    short = {full: alias for alias, full in reversed(ALIASES.items())}
    names = {name: short.get(name, name.replace("_", " ")) for name in differing - NOT_LISTED}
    return [
        " · ".join(f"{names[name]} {setting_text(value)}" for name, value in own.items() if name in names)
        for own in settings
    ]


COLUMNS = {
    column.name: column
    for column in (
        _fixed("marked", "", _marks, priority=95),
        RunColumn(
            "name",
            "run",
            "its name, or its identifier if it has none",
            _each(lambda run: run.title),
            lambda run: run.title,
            priority=100,
            min_width=24,  # an identifier, in most cases
        ),
        _fixed("run", "identifier", lambda run: run.run, priority=80, min_width=16),
        _fixed("state", "state", lambda run: run.status, priority=90),
        _fixed("model", "model", lambda run: run.model or MISSING, priority=40),
        _fixed("dataset", "data", lambda run: run.dataset_mark, priority=84),
        _fixed("val", "val %", lambda run: percent(run.best_validation_accuracy, unit=""), priority=85),
        RunColumn(
            "interval",
            "95 % interval",
            "the 95 % interval of that accuracy",
            _each(_interval),
            FIELDS["val"].value,
            is_right_aligned=True,
            priority=45,
            is_descending=True,
        ),
        _fixed("epoch", "epoch", lambda run: str(run.best_epoch or MISSING), priority=25),
        _fixed("test", "test %", lambda run: percent(run.test_accuracy, unit=""), priority=65),
        _fixed("epochs", "epochs", _epochs, priority=60),
        _fixed("duration", "time", _seconds, priority=50),
        _fixed("tag", "tags", lambda run: " ".join(run.tags), priority=55, min_width=8),
        _fixed("created", "created", _created, priority=30),
        RunColumn(
            "settings", "settings", "the settings in which runs differ", _differing_settings, None, False, 70, 18
        ),
        _fixed("note", "note", lambda run: run.note, priority=20, min_width=12),
    )
}
"""All columns but those of hyperparameters, in the order in which they are shown."""

USUAL = tuple(name for name in COLUMNS if name != "run")
"""The columns that are shown unless others are chosen."""


def column_named(name: str) -> RunColumn:
    """Return the column with a name, which may be that of a hyperparameter, or a short name.

    Raises:
        UserError: There is none; the message has the most similar names.
    """
    plain = name.lower()
    if plain in COLUMNS:
        return COLUMNS[plain]
    try:
        field = field_named(name)
    except UserError:
        raise unknown_name("column", name, (*COLUMNS, *hyperparameter_fields(), *ALIASES)) from None
    return COLUMNS.get(field.name) or _hyperparameter(field)


def columns_named(names: Sequence[str]) -> tuple[RunColumn, ...]:
    """Return the columns with some names, each once.

    Raises:
        UserError: There is no such column.
    """
    return tuple(dict.fromkeys(column_named(name) for name in names))


@cache
def _hyperparameter(field: RunField) -> RunColumn:
    short = next((alias for alias, full in ALIASES.items() if full == field.name), field.name.replace("_", " "))
    is_number = field.kind is Kind.NUMBER
    return RunColumn(
        field.name,
        short,
        field.help,
        _each(lambda run: _value_text(field, field.value(run))),
        field.value,
        is_number,
        priority=75,
        min_width=0 if is_number else 12,
    )


def _value_text(field: RunField, value: Value) -> str:
    if value is None:
        return MISSING
    return setting_text(bool(value) if field.kind is Kind.SWITCH else value)
