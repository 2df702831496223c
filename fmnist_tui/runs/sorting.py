"""The order of a list of runs, by any of its columns."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from fmnist_tui.errors import UserError
from fmnist_tui.runs.columns import RunColumn, column_named
from fmnist_tui.runs.run_fields import Value
from fmnist_tui.runs.summary import RunSummary


class SortKey(NamedTuple):
    """One column to sort by."""

    column: RunColumn
    is_descending: bool

    def __str__(self) -> str:
        return f"-{self.column.name}" if self.is_descending else self.column.name


def parse_order(text: str) -> tuple[SortKey, ...]:
    """Return the keys that a text such as "-val,created" names, the first one first; a minus reverses a key.

    Raises:
        UserError: There is no such column, or runs can't be sorted by it.
    """
    keys = []
    for name in filter(None, (part.strip() for part in text.split(","))):
        column = column_named(name.removeprefix("-"))
        if column.value is None:
            raise UserError(f"runs can't be sorted by {column.name}", "Sort by one of the settings, such as lr")
        keys.append(SortKey(column, name.startswith("-")))
    return tuple(keys)


def sorted_runs(runs: Iterable[RunSummary], order: Sequence[SortKey]) -> list[RunSummary]:
    """Return runs in order; those whose value is missing are last, and equal ones stay in their order."""
    result = list(runs)
    for key in reversed(order):
        value = key.column.value
        assert value is not None  # `parse_order` refuses others
        result = _sorted_by(result, value, is_descending=key.is_descending)
    return result


def _sorted_by(
    runs: Sequence[RunSummary], value: Callable[[RunSummary], Value], *, is_descending: bool
) -> list[RunSummary]:
    known: list[tuple[object, RunSummary]] = []
    missing: list[RunSummary] = []
    for run in runs:
        found = value(run)
        if found is None or found == ():
            missing.append(run)
        else:
            known.append((_comparable(found), run))
    # Python's order of equal elements is that before, reversed or not.
    known.sort(key=lambda pair: pair[0], reverse=is_descending)  # type: ignore[arg-type, return-value]
    return [run for _value, run in known] + missing


def _comparable(value: Value) -> object:
    """Return what a value is sorted by: text regardless of case."""
    if isinstance(value, str):
        return value.casefold()
    return tuple(word.casefold() for word in value) if isinstance(value, tuple) else value
