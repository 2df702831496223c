"""A command's result: printed tables, and all measurements as JSON."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.machine import describe, machine_facts

NOTHING = "–"

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        heading: What stands above it.
        key: Which of a row's values stands in it.
        form: The format of numbers; texts stand as they are, to the left.
    """

    heading: str
    key: str
    form: str = ""

    def cell(self, row: Row) -> str:
        value = row.get(self.key)
        if value is None:
            return NOTHING
        return format(value, self.form) if self.form and not isinstance(value, str) else str(value)

    def align(self, text: str, width: int) -> str:
        return text.rjust(width) if self.form else text.ljust(width)


@dataclass(slots=True)
class Table:
    """Rows under columns.

    Attributes:
        title: What was measured, and in what unit.
    """

    title: str
    columns: Sequence[Column]
    rows: list[Row] = field(default_factory=list)


class Report:
    """The result of a command, printed and written.

    The machine is looked at when the report is begun, so that its load is the one before the measurement.

    Args:
        tables: What is going to be filled.
    """

    def __init__(self, *tables: Table) -> None:
        self.tables = tables
        self.notes: list[str] = []
        self.facts = machine_facts()

    def publish(self, json_file: Path | None, measurements: object = None) -> None:
        """Print the tables; write machine, rows, notes and every measurement to `json_file` if given."""
        if json_file is not None:
            content = {
                "machine": self.facts,
                "tables": [{"title": table.title, "rows": table.rows} for table in self.tables],
                "notes": self.notes,
                "measurements": measurements,
            }
            json_file.parent.mkdir(parents=True, exist_ok=True)
            json_file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        print(describe(self.facts))
        for table in self.tables:
            print(f"\n{table.title}\n")
            print("\n".join(table_lines(table.columns, table.rows)))
        print("".join(f"\n- {note}" for note in self.notes), flush=True)


def table_lines(columns: Sequence[Column], rows: Sequence[Row]) -> list[str]:
    """Return the table, each column as wide as its widest cell; an empty row is a blank line.

    Columns that no row has anything for are left out.
    """
    columns = [column for column in columns if any(row.get(column.key) is not None for row in rows)]
    cells = [[column.cell(row) for column in columns] for row in rows]
    widths = [
        max(len(column.heading), *(len(line[place]) for line in cells), 0) for place, column in enumerate(columns)
    ]
    heading = _line(columns, [column.heading for column in columns], widths)
    lines = [_line(columns, line, widths) if row else "" for line, row in zip(cells, rows, strict=True)]
    return [heading, "─" * len(heading), *lines]


def progress(text: str) -> None:
    """Print progress to stderr."""
    print(text, file=sys.stderr, flush=True)


def _line(columns: Sequence[Column], cells: Sequence[str], widths: Sequence[int]) -> str:
    aligned = (column.align(cell, width) for column, cell, width in zip(columns, cells, widths, strict=True))
    return "  ".join(aligned).rstrip()
