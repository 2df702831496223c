"""The dialog that shows and hides the columns of the list of runs, and sorts it."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from fmnist_tui.runs.columns import COLUMNS, RunColumn, column_named
from fmnist_tui.runs.run_fields import hyperparameter_fields
from fmnist_tui.runs.run_table import DOWN, UP
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.cursor_keys import CursorKeys
from fmnist_tui.tui.widgets.run_list import RunList

NAME_WIDTH = 17


class ColumnOptions(CursorKeys, OptionList):
    """All columns, those of the hyperparameters below the others."""

    BINDINGS = bindings("move")

    @property
    def rows_on_page(self) -> int:
        return self.scrollable_content_region.height

    def move_cursor(self, columns: int, rows: int) -> None:
        self.highlighted = max(0, min((self.highlighted or 0) + rows, self.option_count - 1))

    def move_to_edge(self, *, is_last: bool) -> None:
        self.highlighted = is_last * (self.option_count - 1)


class ColumnsDialog(ModalScreen[None]):
    """Each change is seen in the list at once.

    Args:
        runs: The list.
        at_order: Whether the bar begins on the column that the list is sorted by.
    """

    BINDINGS = bindings("columns")

    def __init__(self, runs: RunList, *, at_order: bool) -> None:
        super().__init__()
        self._runs, self._at_order = runs, at_order
        self._names = [*COLUMNS, *hyperparameter_fields()]
        self._options = ColumnOptions(markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Columns and order"
            dialog.border_subtitle = "space show or hide · enter sort · ctrl+r reset"
            yield self._options

    def on_mount(self) -> None:
        self._show()
        order = self._runs.order
        if self._at_order and order and order[0].column.name in self._names:
            self._options.highlighted = self._names.index(order[0].column.name)

    def _show(self) -> None:
        shown, order = {column.name for column in self._runs.columns}, self._runs.order
        highlighted = self._options.highlighted or 0
        options = []
        for name in self._names:
            column = column_named(name)
            arrow = (DOWN if order[0].is_descending else UP) if order and order[0].column == column else " "
            options.append(Option(_line(column, arrow, is_shown=name in shown)))
        self._options.set_options(options)
        self._options.highlighted = highlighted

    def _column(self) -> str:
        return self._names[self._options.highlighted or 0]

    def action_toggle_column(self) -> None:
        self._runs.toggle_column(self._column())
        self._show()

    @on(OptionList.OptionSelected)
    def action_sort(self) -> None:
        self._runs.sort_by(self._column())
        self._show()

    def action_reset(self) -> None:
        self._runs.reset_columns()
        self._show()


def _line(column: RunColumn, arrow: str, *, is_shown: bool) -> Content:
    mark = ("✓ ", "bold $text-success") if is_shown else "  "
    return Content.assemble(mark, f"{column.name:<{NAME_WIDTH}} ", (f"{arrow} ", "bold"), column.help)
