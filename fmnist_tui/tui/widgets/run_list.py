"""The list of runs: a table that can be filtered and sorted, and whose columns can be chosen.

The table is made on a thread, one at a time and each for the newest filter: with 10,000 runs it takes a while, in which
keys must still be obeyed.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from fmnist_tui.errors import UserError
from fmnist_tui.formatting import count, counted
from fmnist_tui.runs.column_widths import fit
from fmnist_tui.runs.columns import COLUMNS, USUAL, RunColumn, column_named, columns_named
from fmnist_tui.runs.filter import Predicate, parse_filter
from fmnist_tui.runs.run_fields import hyperparameter_fields
from fmnist_tui.runs.run_table import RunTable, make_table
from fmnist_tui.runs.sorting import SortKey, parse_order
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.tui.preferences import preferences_of
from fmnist_tui.tui.widgets.filter_line import FilterLine
from fmnist_tui.tui.widgets.virtual_table import Line, VirtualTable

MIN_LINES = 8
"""Lines of the table at least."""

AROUND_THE_RUNS = 3
"""Lines of the frame and the headings."""


class _Request(NamedTuple):
    """What is to be listed."""

    runs: Sequence[RunSummary]
    matches: Predicate
    columns: Sequence[RunColumn]
    order: tuple[SortKey, ...]

    def lines(self) -> tuple[RunTable, list[Line]]:
        """Return the table, and its lines by the names of the runs."""
        table = make_table(self.runs, self.columns, matches=self.matches, order=self.order, with_empty=False)
        return table, [(run.run, row) for run, row in zip(table.runs, table.rows, strict=True)]


class RunList(Vertical):
    """A panel with the filter, while there is one, above the table."""

    DEFAULT_CLASSES = "panel"

    class Listed(Message):
        """Other runs are listed, or the same ones in another order."""

    def __init__(self) -> None:
        super().__init__(id="run-list")
        # Attributes, because queries fail after an await if the app is about to close.
        self.table, self._filter = VirtualTable(id="runs"), FilterLine()
        self.table.remove_class("panel")  # the frame is around the filter, too
        self._matches = parse_filter("")
        self._runs: dict[str, RunSummary] = {}
        self._listed: RunTable | None = None
        self._wanted = ""
        self._changed = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield self._filter
        yield self.table

    def on_mount(self) -> None:
        self._make_tables()

    # What is listed

    @property
    def chosen(self) -> RunSummary | None:
        """The run under the bar."""
        return self._runs.get(self.table.chosen or "")

    @property
    def runs(self) -> Sequence[RunSummary]:
        """All runs, listed or not."""
        return list(self._runs.values())

    @property
    def marked(self) -> Sequence[RunSummary]:
        """The marked runs, in the order of all, listed or not."""
        return [run for run in self._runs.values() if run.is_marked]

    @property
    def is_filtered(self) -> bool:
        return bool(self._filter.text)

    def show_runs(self, runs: Sequence[RunSummary]) -> None:
        """List these runs, in the order of those that the list is not sorted by."""
        self._runs = {run.run: run for run in runs}
        self._changed.set()

    def select(self, run: str) -> None:
        """Move the bar to a run, at once or as soon as it is listed; remove a filter that hides it."""
        self._wanted = run
        self._choose_wanted()

    @property
    def lines_needed(self) -> int:
        """The lines in which nothing has to be scrolled."""
        return max(MIN_LINES, self.table.row_count + AROUND_THE_RUNS) + self._filter.outer_size.height

    @work(group="list of runs")
    async def _make_tables(self) -> None:
        shown_order = self.order
        while True:
            await self._changed.wait()
            self._changed.clear()
            request = _Request(list(self._runs.values()), self._matches, self.columns, self.order)
            table, lines = await asyncio.to_thread(request.lines)
            self._show(table, lines)
            if request.order != shown_order:
                shown_order = request.order
                self.table.move_to_edge(is_last=False)

    def _show(self, table: RunTable, lines: list[Line]) -> None:
        self._listed = table
        columns = [
            (heading, column.is_right_aligned) for heading, column in zip(table.headings, table.columns, strict=True)
        ]
        self.table.show(columns, lines, self._placed())
        marks = f" · {count(len(self.marked))} marked" if self.marked else ""
        some = f"{count(len(lines))} of " if self.is_filtered else ""
        self.border_title = Content(f"Runs ({some}{count(len(self._runs))}{marks})")
        self._choose_wanted()
        self.post_message(self.Listed())

    def _choose_wanted(self) -> None:
        if self._wanted not in self._runs:
            return
        self.table.choose(self._wanted)
        if self.table.chosen == self._wanted:
            self._wanted = ""
        elif self.is_filtered:
            self.clear_filter()

    # Columns and order

    @property
    def columns(self) -> tuple[RunColumn, ...]:
        """The chosen columns; the usual ones if the remembered ones are not known."""
        with suppress(UserError):
            return columns_named(preferences_of(self.app).runs_columns or USUAL)
        return columns_named(USUAL)

    @property
    def order(self) -> tuple[SortKey, ...]:
        """What the list is sorted by; nothing for the newest run first."""
        with suppress(UserError):
            return parse_order(preferences_of(self.app).runs_order)
        return ()

    def toggle_column(self, name: str) -> None:
        """Show a column, or hide it."""
        shown = {column.name for column in self.columns} ^ {name}
        chosen = tuple(one for one in (*COLUMNS, *hyperparameter_fields()) if one in shown)
        preferences_of(self.app).runs_columns = () if chosen == USUAL else chosen
        self._changed.set()

    def sort_by(self, name: str) -> None:
        """Sort by a column; in the other direction if the list is."""
        column, order = column_named(name), self.order
        if column.value is None:
            self.app.bell()
            return
        is_same = bool(order) and order[0].column == column
        is_descending = not order[0].is_descending if is_same else column.is_descending
        preferences_of(self.app).runs_order = str(SortKey(column, is_descending))
        self._changed.set()

    def reset_columns(self) -> None:
        """Show the usual columns, the newest run first."""
        preferences = preferences_of(self.app)
        preferences.runs_columns, preferences.runs_order = (), ""
        self._changed.set()

    def _placed(self) -> list[tuple[int, int]]:
        """Return the columns that there is room for, and their widths."""
        assert self._listed is not None
        needs = self._listed.needs
        placed = fit(needs, self.table.scrollable_content_region.width)
        hidden = len(needs) - len(placed)
        self.border_subtitle = f"{counted(hidden, 'more column')}: O" if hidden else ""
        return [(place, width) for place, width in placed]

    def on_resize(self) -> None:
        if self._listed is not None:
            self.call_after_refresh(lambda: self.table.place(self._placed()))

    @on(VirtualTable.HeadingClicked)
    def _heading_clicked(self, event: VirtualTable.HeadingClicked) -> None:
        event.stop()
        if self._listed is not None:
            self.sort_by(self._listed.columns[event.column].name)

    # Filter

    def open_filter(self) -> None:
        """Let a filter be typed."""
        self._filter.open()

    def clear_filter(self) -> None:
        """List all runs."""
        self._filter.clear()

    @on(FilterLine.Changed)
    def _filter_changed(self, event: FilterLine.Changed) -> None:
        event.stop()
        self._matches = event.matches
        self._changed.set()

    @on(FilterLine.Left)
    def _filter_left(self) -> None:
        self.table.focus()
