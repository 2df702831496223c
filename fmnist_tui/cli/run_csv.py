"""The list of runs as CSV: the exact values, for spreadsheets and data frames."""

import csv
import sys
from collections.abc import Sequence
from datetime import datetime

from fmnist_tui.runs.columns import RunColumn
from fmnist_tui.runs.run_fields import FIELDS, Kind, RunField, Value, field_named, hyperparameter_fields
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import encodable

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet may take for a formula."""


def csv_fields(runs: Sequence[RunSummary], columns: Sequence[RunColumn]) -> list[RunField]:
    """Return the fields of some columns; without any, all fields, and the hyperparameters that the runs have.

    Raises:
        UserError: A column is made from several fields.
    """
    present = {name for run in runs for name in run.settings}
    settings = [field for name, field in hyperparameter_fields().items() if name in present]
    return [field_named(column.name) for column in columns] or [*FIELDS.values(), *settings]


def print_csv(runs: Sequence[RunSummary], fields: Sequence[RunField]) -> None:
    """Print a heading, and a line for each run."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(field.name for field in fields)
    writer.writerows([_cell(field, field.value(run)) for field in fields] for run in runs)


def _cell(field: RunField, value: Value) -> str:
    match value:
        case None:
            return ""
        case float() | int() if field.kind is Kind.MOMENT:
            return _moment(value)
        case float() | int():
            return str(int(value)) if value == int(value) else repr(value)
    text = encodable(" ".join(value) if isinstance(value, tuple) else value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def _moment(seconds: float) -> str:
    """Return a time as ISO 8601 with the offset of this machine's time zone."""
    try:
        return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):  # in a damaged log, it may be any number
        return ""
