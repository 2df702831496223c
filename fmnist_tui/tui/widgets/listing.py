"""A table of things on disk: one line each, a bar on the chosen one, which a refresh leaves where it is."""

from collections.abc import Iterable, Sequence

from rich.text import Text
from textual.widgets import DataTable

from fmnist_tui.tui.text import one_line

Column = tuple[str, bool]
"""A heading, and whether what is under it stands to the right."""


class Listing(DataTable[Text]):
    """Rows by a key of their own. Whatever the cells hold is shown as it is, never as markup."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, cursor_type="row", cell_padding=0)

    @property
    def chosen(self) -> str | None:
        """The key of the row under the bar."""
        if not self.row_count:
            return None
        return self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value

    def show(self, columns: Sequence[Column], rows: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Shows other rows; the bar stays on the row that it was on, where that is still there."""
        chosen = self.chosen
        with self.app.batch_update(), self.prevent(DataTable.RowHighlighted):
            self.clear(columns=True)
            # The gap between columns is a part of the cells: the table's own padding takes two where one will do.
            lines = [(key, list(map(_cell, cells, columns, range(len(columns))))) for key, cells in rows]
            for position, column in enumerate(columns):
                heading = _cell(column[0], column, position)
                # The width is given, for a table that finds it out itself is drawn once with headings' widths.
                width = max(heading.cell_len, *(cells[position].cell_len for _key, cells in lines), 0)
                self.add_column(heading, key=column[0], width=width)
            for key, cells in lines:
                self.add_row(*cells, key=key)
            if chosen is not None:
                self.choose(chosen)

    def choose(self, key: str) -> None:
        """Moves the bar to a row; to none where there is no such row."""
        if key in {row.value for row in self.rows}:
            self.move_cursor(row=self.get_row_index(key))


def _cell(text: str, column: Column, position: int) -> Text:
    gap = " " if position else ""
    return Text(gap + one_line(text), justify="right" if column[1] else "left", no_wrap=True)
