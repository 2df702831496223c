"""A table for thousands of lines, with a bar on the current one. Only visible lines are drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.cursor_keys import CursorKeys

Column = tuple[str, bool]
"""A heading, and whether its column is right-aligned."""

Line = tuple[str, Sequence[str]]
"""A unique key, and a text for each column."""


class VirtualTable(CursorKeys, ScrollView, can_focus=True):
    """Lines with unique keys below headings. Their texts are shown as they are, never as markup.

    Textual's DataTable takes seconds for 10,000 rows; here a line takes no time until it is visible.
    """

    DEFAULT_CLASSES = "panel"

    COMPONENT_CLASSES = {"virtual-table--headings", "virtual-table--cursor"}

    BINDINGS = bindings("move", "table")

    position: reactive[int] = reactive(0, repaint=False, init=False)
    """The index of the line under the bar."""

    @dataclass
    class _About(Message):
        table: "VirtualTable"

        @property
        def control(self) -> "VirtualTable":
            return self.table

    class Highlighted(_About):
        """The bar moved."""

    class Selected(_About):
        """The user pressed enter on a line, or clicked it twice."""

    @dataclass
    class HeadingClicked(_About):
        """The user clicked the heading of a column, given by its place in the lines."""

        column: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._columns: Sequence[Column] = ()
        self._placed: Sequence[tuple[int, int]] = ()
        self._lines: Sequence[Line] = ()
        self._positions: dict[str, int] = {}

    @property
    def row_count(self) -> int:
        return len(self._lines)

    @property
    def chosen(self) -> str | None:
        """The key of the line under the bar."""
        return self._lines[self.position][0] if self._lines else None

    def show(
        self, columns: Sequence[Column], lines: Iterable[Line], placed: Sequence[tuple[int, int]] | None = None
    ) -> None:
        """Show lines; the bar stays on its line if that still exists.

        Args:
            columns: The columns of the lines.
            lines: The lines.
            placed: As in `place`; by default, all columns as wide as their texts.
        """
        chosen = self.chosen
        self._columns, self._lines = columns, lines if isinstance(lines, list) else list(lines)
        self._positions = {key: position for position, (key, _cells) in enumerate(self._lines)}
        with self.prevent(self.Highlighted):
            self.position = self._positions.get(chosen or "", min(self.position, max(0, self.row_count - 1)))
        self.place(self._natural_widths() if placed is None else placed)

    def _natural_widths(self) -> Sequence[tuple[int, int]]:
        columns, lines = self._columns, self._lines
        texts = zip(*(cells for _key, cells in lines), strict=True) if lines else [()] * len(columns)
        return [
            (index, max(cell_len(heading), _widest(cells)))
            for index, ((heading, _right), cells) in enumerate(zip(columns, texts, strict=True))
        ]

    def place(self, placed: Sequence[tuple[int, int]]) -> None:
        """Show some of the columns, given by their places in the lines, in some widths; longer texts are cut."""
        self._placed = placed
        width = sum(width for _index, width in placed) + max(0, len(placed) - 1)
        self.virtual_size = Size(width, len(self._lines) + 1)
        self._scroll_to_bar()
        self.refresh()

    def choose(self, key: str) -> None:
        """Move the bar to a line; leave it if there is no such line."""
        self.position = self._positions.get(key, self.position)

    # Drawing

    def render_line(self, y: int) -> Strip:
        position = y - 1 + self.scroll_offset.y
        component = text = ""
        if y == 0:
            component, text = "virtual-table--headings", self._text([heading for heading, _right in self._columns])
        elif position < len(self._lines):
            component = "virtual-table--cursor" if position == self.position else ""
            text = self._text(self._lines[position][1])
        style = self.get_component_rich_style(component) if component else self.rich_style
        left = self.scroll_offset.x
        return Strip([Segment(text, style)]).crop_extend(left, left + self.size.width, style)

    def _text(self, cells: Sequence[str]) -> str:
        parts = []
        for index, width in self._placed:
            text = one_line(cells[index])
            length = cell_len(text)
            if length > width:
                parts.append(set_cell_size(text, width - 1) + "…")
            else:
                room = " " * (width - length)
                parts.append(room + text if self._columns[index][1] else text + room)
        return " ".join(parts)

    # Moving

    def validate_position(self, position: int) -> int:
        return max(0, min(position, self.row_count - 1))

    def watch_position(self, before: int, position: int) -> None:
        for line in (before, position):
            self.refresh_line(line + 1)
        self._scroll_to_bar()
        self.post_message(self.Highlighted(self))

    def on_resize(self) -> None:
        self._scroll_to_bar()

    def _scroll_to_bar(self) -> None:
        """Scroll the bar's line into view."""
        top, room = self.scroll_offset.y, self.scrollable_content_region.height - 1
        if self.position < top:
            self.scroll_to(y=self.position, animate=False)
        elif room > 0 and self.position >= top + room:
            self.scroll_to(y=self.position - room + 1, animate=False)

    @property
    def rows_on_page(self) -> int:
        return self.scrollable_content_region.height - 2

    def move_cursor(self, columns: int, rows: int) -> None:
        self.position += rows
        if columns:
            self.scroll_relative(columns, animate=False)

    def move_to_edge(self, *, is_last: bool) -> None:
        self.position = is_last * (self.row_count - 1)

    def action_open(self) -> None:
        if self._lines:
            self.post_message(self.Selected(self))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:  # the frame
            return
        if offset.y == 0:
            self._click_heading(offset.x + self.scroll_offset.x)
            return
        line = offset.y - 1 + self.scroll_offset.y
        if line >= self.row_count:
            return
        if line == self.position:
            self.action_open()
        self.position = line

    def _click_heading(self, x: int) -> None:
        end = -1
        for index, width in self._placed:
            end += width + 1
            if x <= end:
                self.post_message(self.HeadingClicked(self, index))
                return


def _widest(cells: Sequence[str]) -> int:
    """Return the width of the widest text."""
    if "".join(cells).isascii():
        return max(map(len, cells), default=0)
    return max(cell_len(one_line(cell)) for cell in cells)
