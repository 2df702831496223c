"""The keys of everything that moves: arrows, and those of vim beside them."""

from abc import abstractmethod

from textual.containers import VerticalScroll

from fmnist_tui.tui.bindings import bindings


class CursorKeys:
    """What the actions of scope "move" call, for widgets that have a cursor and bind that scope.

    It is no widget itself: Textual collects component classes and style sheets from the first base only.
    """

    @property
    @abstractmethod
    def rows_on_page(self) -> int:
        """Rows that a page up or down moves by."""

    @abstractmethod
    def move_cursor(self, columns: int, rows: int) -> None:
        """Move, and stop at the edges."""

    @abstractmethod
    def move_to_edge(self, *, is_last: bool) -> None:
        """Move to the first or the last place."""

    def action_cursor(self, columns: int, rows: int) -> None:
        self.move_cursor(columns, rows)

    def action_page(self, pages: float) -> None:
        rows = max(1, round(abs(pages) * self.rows_on_page))
        self.move_cursor(0, rows if pages > 0 else -rows)

    def action_edge(self, is_last: int) -> None:
        self.move_to_edge(is_last=bool(is_last))


class Scroll(CursorKeys, VerticalScroll):
    """A scrolling container with these keys."""

    BINDINGS = bindings("move")

    @property
    def rows_on_page(self) -> int:
        return self.scrollable_content_region.height

    def move_cursor(self, columns: int, rows: int) -> None:
        self.scroll_relative(columns, rows, animate=False)

    def move_to_edge(self, *, is_last: bool) -> None:
        self.scroll_to(y=self.max_scroll_y if is_last else 0, animate=False)
