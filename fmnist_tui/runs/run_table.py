"""A list of runs as a table of texts: filtered, in order, with the columns that have something to show."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from fmnist_tui.formatting import MISSING
from fmnist_tui.runs.column_widths import Wanted
from fmnist_tui.runs.columns import RunColumn
from fmnist_tui.runs.sorting import SortKey, sorted_runs
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import one_line

NARROW = re.compile(r"[ -\u02af‐-‧●△]*")
"""Texts of characters that are one column wide, whatever the terminal."""

UP, DOWN = "▲", "▼"
"""In the heading of the column that the list is sorted by: the lowest value is first, or the highest."""


class RunTable(NamedTuple):
    """What a list shows.

    Attributes:
        columns: Its columns.
        runs: The runs, in order.
        headings: Of each column, with an arrow at the one that the list is sorted by.
        rows: Of each run, a printable text for each column.
        needs: Of each column, the width that it needs.
    """

    columns: tuple[RunColumn, ...]
    runs: list[RunSummary]
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]
    needs: tuple[Wanted, ...]


def make_table(
    runs: Iterable[RunSummary],
    columns: Sequence[RunColumn],
    *,
    matches: Callable[[RunSummary], bool] = lambda _run: True,
    order: Sequence[SortKey] = (),
    with_empty: bool = True,
) -> RunTable:
    """Return a table of the runs that match.

    Args:
        runs: All runs, in the order of those that `order` does not distinguish.
        columns: The columns.
        matches: Which runs are listed.
        order: What they are sorted by.
        with_empty: Whether columns are shown that no listed run has a text in.
    """
    listed = sorted_runs(filter(matches, runs), order)
    texts = [_cleaned(column.texts(listed)) for column in columns]
    shown = [index for index, own in enumerate(texts) if with_empty or not {*own} <= {"", MISSING}]
    kept = tuple(columns[index] for index in shown)
    headings = tuple(_heading(column, order[0] if order else None) for column in kept)
    return RunTable(
        kept,
        listed,
        headings,
        list(zip(*(texts[index] for index in shown), strict=True)),
        tuple(
            Wanted(max(cell_len(heading), widest(texts[index])), column.min_width, column.priority)
            for index, column, heading in zip(shown, kept, headings, strict=True)
        ),
    )


def _cleaned(texts: list[str]) -> list[str]:
    """Return texts on one line each. Looking at all of them at once takes a fraction of the time."""
    return texts if "".join(texts).isprintable() else list(map(one_line, texts))


def _heading(column: RunColumn, key: SortKey | None) -> str:
    is_key = key is not None and key.column.name == column.name
    return f"{column.heading} {DOWN if key.is_descending else UP}".lstrip() if key and is_key else column.heading


def widest(texts: Sequence[str]) -> int:
    """Return the number of terminal columns of the widest of some printable texts."""
    if NARROW.fullmatch("".join(texts)):
        return max(map(len, texts), default=0)
    return max(map(cell_len, texts))
