"""A table of runs: a column for each, a line for each result and each setting that differs."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.geometry import Size
from textual.message import Message

from fmnist_tui.runs.comparison_rows import BEST_MARK, Row, rows_of
from fmnist_tui.runs.run_comparison import MAX_RUNS, ComparedRun, RunComparison
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.cursor_keys import CursorKeys
from fmnist_tui.tui.widgets.styled_lines import Line, Part, StyledLines

CHOSEN_MARK = "▸"

MAX_TITLE, SHORT_TITLE = 24, 12
"""Columns of a run's title, and those to which it is cut so that more runs have room."""

GAP, MARK = 2, 2
"""Columns between two runs, and those of a mark before a cell."""

LABEL, BEST, CURSOR, COLUMN = (f"comparison-table--{part}" for part in ("label", "best", "cursor", "column"))
RUNS = tuple(f"comparison-table--run-{number}" for number in range(1, MAX_RUNS + 1))


class ComparisonTable(CursorKeys, StyledLines, can_focus=True):
    """The column under the bar is the current run. The labels stay where they are when the columns are scrolled."""

    HELP = (
        "The results of the runs with their 95 % intervals, and the settings that differ between them. ★ is the best "
        "value of a line. A setting without effect beside the others, or one that the model lacks, is –. * is the "
        "default of a setting that the version which trained the run did not have."
    )

    DEFAULT_CLASSES = "panel"
    COMPONENT_CLASSES = {LABEL, BEST, CURSOR, COLUMN, *RUNS}

    BINDINGS = bindings("move", "compared_runs")

    class Chosen(Message):
        """The user chose the run under the bar."""

    def __init__(self) -> None:
        super().__init__(id="compared-runs")
        self.border_title = "Results, and settings that differ"
        self._runs: Sequence[ComparedRun] = ()
        self._rows: Sequence[Row] = ()
        self._chosen: int | None = None
        self._column = self._first_column = self._first_row = 0

    @property
    def current(self) -> int:
        """The place of the run under the bar."""
        return self._column

    @property
    def row_count(self) -> int:
        return len(self._rows)

    def show(self, comparison: RunComparison) -> None:
        """Show runs."""
        self._runs, self._rows = comparison.runs, rows_of(comparison)
        self.refresh(layout=True)
        self.redraw()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows) + 1

    def mark(self, chosen: int | None) -> None:
        """Mark a run as the one that another is compared with; None for none."""
        self._chosen = chosen
        self.redraw()

    # Drawing

    def redraw(self) -> None:
        if not self._runs:
            return
        label_width, widths = self._widths()
        room = self.size.width - label_width
        self._first_column = min(self._first_column, self._column)
        while self._first_column < self._column and sum(widths[self._first_column : self._column + 1]) > room:
            self._first_column += 1
        while self._first_column > 0 and sum(widths[self._first_column - 1 :]) - GAP <= room:
            self._first_column -= 1  # the table has become wider
        shown = range(self._first_column, len(self._runs))
        self._first_row = max(0, min(self._first_row, len(self._rows) - self.rows_on_page))
        lines = [self._heading(label_width, widths, shown)]
        lines += [self._line(row, label_width, widths, shown) for row in self._rows[self._first_row :]]
        self.write(lines[: max(1, self.size.height)])
        self.border_subtitle = self._hidden(widths, room)

    def _widths(self) -> tuple[int, list[int]]:
        labels = max((len(row.label) for row in self._rows), default=0) + GAP
        of_cells = [max(cell_len(row.cells[place]) + MARK for row in self._rows) for place in range(len(self._runs))]
        titles = [cell_len(run.title) for run in self._runs]
        widths = of_cells
        for longest in (MAX_TITLE, SHORT_TITLE):
            widths = [max(cells, min(t, longest) + MARK + 2) + GAP for cells, t in zip(of_cells, titles, strict=True)]
            if labels + sum(widths) - GAP <= self.size.width:
                break
        return labels, widths

    def _heading(self, label_width: int, widths: Sequence[int], shown: Iterable[int]) -> Line:
        parts: list[Part] = [(" " * label_width, "")]
        for place in shown:
            run, mark = self._runs[place], CHOSEN_MARK if place == self._chosen else " "
            width = widths[place] - GAP
            text = set_cell_size(f"{mark} {run.letter} {short_title(run, width - MARK - 2)}", width)
            parts += [(text, CURSOR if place == self._column and self.has_focus else RUNS[place]), (" " * GAP, "")]
        return parts

    def _line(self, row: Row, label_width: int, widths: Sequence[int], shown: Iterable[int]) -> Line:
        parts: list[Part] = [(row.label.ljust(label_width), LABEL)]
        for place in shown:
            is_best = place in row.best
            text = set_cell_size(f"{BEST_MARK if is_best else ' '} {row.cells[place]}", widths[place] - GAP)
            style = COLUMN if place == self._column and self.has_focus else BEST if is_best else ""
            parts += [(text, style), (" " * GAP, "")]
        return parts

    def _hidden(self, widths: Sequence[int], room: int) -> str:
        """Return which runs and lines are out of sight."""
        last = self._first_column
        while last < len(widths) and sum(widths[self._first_column : last + 1]) - GAP <= room:
            last += 1
        parts = []
        if self._first_column > 0 or last < len(widths):
            first, end = self._runs[self._first_column].letter, self._runs[max(self._first_column, last - 1)].letter
            parts.append(f"runs {first} to {end} of {len(self._runs)}")
        if len(self._rows) > self.rows_on_page:
            end_row = min(len(self._rows), self._first_row + self.rows_on_page)
            parts.append(f"lines {self._first_row + 1} to {end_row} of {len(self._rows)}")
        return " · ".join(parts)

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    # Moving

    @property
    def rows_on_page(self) -> int:
        return max(1, self.size.height - 1)

    def move_cursor(self, columns: int, rows: int) -> None:
        self._first_row = max(0, self._first_row + rows)
        self._column = max(0, min(self._column + columns, len(self._runs) - 1))
        self._moved()

    def move_to_edge(self, *, is_last: bool) -> None:
        self._column = (len(self._runs) - 1) * is_last
        self._moved()

    def _moved(self) -> None:
        self.redraw()
        self.screen.refresh_bindings()

    def action_choose(self) -> None:
        self.post_message(self.Chosen())

    def on_click(self, event: events.Click) -> None:
        x = event.get_content_offset_capture(self).x
        left, widths = self._widths()
        for place in range(self._first_column, len(self._runs)):
            if left <= x < left + widths[place]:
                self._column = place
                self._moved()
            left += widths[place]

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move_cursor(0, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move_cursor(0, -1)


def short_title(run: ComparedRun, width: int) -> str:
    """Return a run's title in so many columns: the beginning of a name, the end of an identifier."""
    title = run.title
    if cell_len(title) <= width:
        return title
    if run.summary.name:
        return set_cell_size(title, max(0, width - 1)) + "…"
    return "…" + title[max(0, len(title) - width + 1) :]
