"""Export the metrics of a run as CSV, for spreadsheets and data frames."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from fmnist_tui.events import EpochEnded, Event, RunResumed, RunStarted, StepsDone
from fmnist_tui.exporting.format import HistoryFormat
from fmnist_tui.formatting import counted
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.valid_events import valid_events
from fmnist_tui.sanitize import printable

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""

Cell = str | int | float | None

STEP_COLUMNS = (
    "run", "epoch", "step", "time", "active_seconds", "train_loss", "train_accuracy", "learning_rate",
    "images_per_second",
)  # fmt: skip
EPOCH_COLUMNS = (*STEP_COLUMNS, "validation_loss", "validation_accuracy", "is_best")


class _Csv(HistoryFormat):
    """Comma-separated values as in RFC 4180, in UTF-8, with a header."""

    suffix = ".csv"

    def usage(self, path: Path) -> str:
        return f"pandas.read_csv({str(path)!r})"


class CsvOfEpochs(_Csv):
    """One row for each epoch."""

    name = "csv"
    part = "epochs"
    summary = "loss, accuracy and more of each epoch"

    def write(self, folder: RunFolder, target: Path) -> str:
        rows = _write(target, EPOCH_COLUMNS, _rows(folder, EpochEnded))
        return f"{counted(rows, 'epoch')}, one a row; column step counts from the start of the run."


class CsvOfSteps(_Csv):
    """One row for each progress report within the epochs."""

    name = "csv-steps"
    part = "steps"
    summary = "training loss, accuracy and speed, about once a second"

    def write(self, folder: RunFolder, target: Path) -> str:
        rows = _write(target, STEP_COLUMNS, _rows(folder, StepsDone))
        return f"{counted(rows, 'row')} with the training metrics since the row before, at most one a second."


def _rows(folder: RunFolder, kind: type[Event]) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each valid event of a kind."""
    run, per_epoch = text_cell(folder.run), None
    for event in valid_events(folder.events_file):
        match event:
            case RunStarted():
                per_epoch = event.steps_per_epoch
            case RunResumed():
                per_epoch = event.started.steps_per_epoch
            case StepsDone() if kind is StepsDone:
                step = None if per_epoch is None else (event.epoch - 1) * per_epoch + event.step
                metrics = (event.loss, event.accuracy, event.learning_rate, event.images_per_second)
                yield (run, event.epoch, step, event.time, event.active_seconds, *metrics)
            case EpochEnded() if kind is EpochEnded:
                step = None if per_epoch is None else event.epoch * per_epoch
                metrics = (event.train_loss, event.train_accuracy, event.learning_rate, event.images_per_second)
                validation = (event.validation_loss, event.validation_accuracy, int(event.is_best))
                yield (run, event.epoch, step, event.time, event.active_seconds, *metrics, *validation)


def _write(target: Path, header: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> int:
    """Write a header and the rows; return the number of rows."""
    written = 0
    with target.open("x", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            written += 1
    return written


def text_cell(text: str) -> str:
    """Return foreign text as a cell that no spreadsheet computes: a quote before it makes a formula text."""
    shown = printable(text)
    return f"'{shown}" if shown.startswith(FORMULA) else shown


FORMATS = (CsvOfEpochs(), CsvOfSteps())
