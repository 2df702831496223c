"""The confusion matrix: a cell for each pair of classes, as large as the widget allows, and a cursor."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from fmnist_tui.confusion_colors import heat
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.contrast import legible_text
from fmnist_tui.tui.widgets.cursor_keys import CursorKeys
from fmnist_tui.tui.widgets.image import has_few_colors
from fmnist_tui.tui.widgets.line_widget import LineWidget

Cell = tuple[int, int]
"""A true class and a predicted class."""

MIN_NAME, MAX_NAME = 7, 14
"""Columns of the names at the left."""

MAX_CELL = (14, 3)
"""Columns and lines of a cell."""

MAX_STAGGER = 3
"""Lines of headings: next to each other they would be cut, so that neighbors stand on different lines."""

AXES = ("true ↓", "predicted →")


@dataclass(frozen=True, slots=True)
class GridLayout:
    """Where things are, in columns and lines.

    Attributes:
        names: Columns of the classes' names.
        width: Columns of a cell.
        height: Lines of a cell.
        margin: Columns at the right of a cell, below which its heading ends, too.
        stagger: Lines over which the headings are distributed.
        has_axes_line: Whether the axes have a line of their own; else they stand left of the last two headings' lines.
    """

    names: int
    width: int
    height: int
    margin: int
    stagger: int
    has_axes_line: bool

    @property
    def headings(self) -> int:
        """Lines above the cells."""
        return self.has_axes_line + self.stagger


def fit_layout(size: Size, names: Sequence[str], digits: int) -> GridLayout:
    """Return the layout with the largest cells that fit, for counts of at most `digits` digits.

    Cells are separated by a space unless the row labels would not fit.
    """
    classes, longest = max(1, len(names)), min(MAX_NAME, max(map(len, names), default=0))
    narrowest = digits + (size.width >= MIN_NAME + classes * (digits + 1))
    column = max(MIN_NAME, min(longest + 1, size.width - classes * narrowest))
    width = max(narrowest, min(MAX_CELL[0], (size.width - column) // classes))
    lines = next((lines for lines in range(1, MAX_STAGGER) if lines * width > longest), MAX_STAGGER)
    margin = int(width > narrowest)
    # Only the first of three lines begins with a name that may reach into the column of the names.
    has_room = (
        column > len(AXES[1])
        and lines == MAX_STAGGER
        and all(len(name) + margin <= line * width for line, name in enumerate(names[:lines], 1) if line > 1)
    )
    height = max(1, min(MAX_CELL[1], (size.height - (not has_room) - lines) // classes))
    return GridLayout(column, width, height, margin, lines, has_axes_line=not has_room)


class ConfusionGrid(CursorKeys, LineWidget, can_focus=True):
    """Draws counts on colors of their share; one cell has the cursor.

    Correct predictions are bold and, where colors are few, marked: the colors alone distinguish nothing.

    Args:
        names: The classes' names.
        counts: The row is the true class, the column the predicted one.
    """

    HELP = (
        "The confusion matrix. A row is a true class, a column a predicted one: correct predictions are on the "
        "diagonal, everything else is an error. A cell opens its images."
    )

    ALLOW_MAXIMIZE = True

    COMPONENT_CLASSES = {
        f"grid--{part}" for part in ("correct", "incorrect", "cursor", "names", "here", "nothing", "few", "fewer")
    }

    BINDINGS = bindings("move", "grid")

    cursor: reactive[Cell] = reactive((0, 0), repaint=False, init=False)

    class Moved(Message):
        """The cursor moved."""

    class Opened(Message):
        """The user opens the cell under the cursor."""

    def __init__(
        self,
        names: Sequence[str] = (),
        counts: Sequence[Sequence[int]] = (),
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.show(names, counts)

    def show(self, names: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
        """Show another matrix."""
        self._names = [one_line(name) for name in names]
        self._counts = counts
        self._digits = len(str(max((max(row, default=0) for row in counts), default=0)))
        self.refresh(layout=True)

    @property
    def layout_now(self) -> GridLayout:
        """Where things are at the widget's current size."""
        return self.layout_in(self.size)

    @property
    def min_columns(self) -> int:
        """The width of the matrix with its smallest cells and whole names."""
        longest = max(map(len, self._names), default=0)
        return max(MIN_NAME, min(MAX_NAME, longest + 1)) + len(self._names) * (self._digits + 1)

    def layout_in(self, size: Size) -> GridLayout:
        """Return the layout of the matrix in a size: with the largest cells that fit, or the smallest."""
        return fit_layout(size, self._names, self._digits)

    def lines(self, size: Size) -> int:
        """Return the height of the matrix in a size."""
        layout = self.layout_in(size)
        return layout.headings + layout.height * len(self._names)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self.lines(Size(width, 0))

    # Drawing

    def draw_line(self, y: int) -> list[Segment]:
        layout = self.layout_now
        if y == 0 and layout.has_axes_line:
            across = AXES[1].rjust(len(AXES[1]) if layout.stagger > 1 else (layout.width + len(AXES[1])) // 2)
            return [Segment(f"{AXES[0]:<{layout.names}}{across}", self.style_of("grid--names"))]
        if y < layout.headings:
            return self._headings(y - layout.has_axes_line, layout)
        row, line = divmod(y - layout.headings, layout.height)
        return self._row(row, line == (layout.height - 1) // 2, layout) if row < len(self._names) else []

    def _headings(self, line: int, layout: GridLayout) -> list[Segment]:
        """Return a line of headings, each ending with its column, or in the middle if all stand on one line."""
        segments: list[Segment] = []
        end = 0
        if line and not layout.has_axes_line:
            axis, end = AXES[1] if line == 1 else AXES[0], layout.names
            segments.append(Segment(axis.ljust(end), self.style_of("grid--names")))
        for column in range(line, len(self._names), layout.stagger):
            edge = layout.names + (column + 1) * layout.width
            name = self._names[column][: layout.stagger * layout.width - 1]
            right = (layout.width - len(name)) // 2 if layout.stagger == 1 else layout.margin
            room = edge - right - end
            style = self.style_of("grid--here" if self._is_at(column, 1) else "grid--names")
            segments += [Segment(" " * (room - len(name)), self.style_of()), Segment(name, style)]
            end += room
        return segments

    def _row(self, true: int, has_text: bool, layout: GridLayout) -> list[Segment]:
        name = self._names[true][: layout.names - 1] if has_text else ""
        style = self.style_of("grid--here" if self._is_at(true, 0) else "grid--names")
        segments = [Segment(name, style), Segment(" " * (layout.names - len(name)), self.style_of())]
        total = max(1, sum(self._counts[true]))
        for predicted, count in enumerate(self._counts[true]):
            segments.append(self._cell((true, predicted), count / total, has_text, layout))
        return segments

    def _cell(self, cell: Cell, share: float, has_text: bool, layout: GridLayout) -> Segment:
        count, is_correct = self._counts[cell[0]][cell[1]], cell[0] == cell[1]
        is_here, few_colors = self.can_focus and cell == self.cursor, has_few_colors(self.app)
        text = str(count) if count else "·"
        if is_here and layout.margin:
            text = f"[{text}]"
        else:
            text = f"{'✓' if is_correct and few_colors else ''}{text}{' ' * layout.margin}"
        # Numbers end where their headings end, or stand in the middle if these do.
        right = (layout.width - self._digits) // 2 - layout.margin if layout.stagger == 1 else 0
        text = (text + " " * right).rjust(layout.width)
        return Segment(text if has_text else " " * layout.width, self._cell_style(share, is_correct, is_here))

    def _cell_style(self, share: float, is_correct: bool, is_here: bool) -> Style:
        if is_here:
            return self.style_of("grid--cursor")
        if not share:
            return self.style_of("grid--nothing")
        if has_few_colors(self.app):
            return self.style_of("grid--few" if is_correct else "grid--fewer")
        background, text = self._colors(share, is_correct)
        return Style(color=text.rich_color, bgcolor=background.rich_color, bold=is_correct)

    def _colors(self, share: float, is_correct: bool) -> tuple[Color, Color]:
        """Return the background and the text color of a cell with a share of its row's images."""
        full = self.get_component_styles("grid--correct" if is_correct else "grid--incorrect").background
        background = self.background_colors[1].blend(full, heat(share, is_correct=is_correct))
        return background, legible_text(background)

    def _is_at(self, label: int, axis: int) -> bool:
        return self.can_focus and label == self.cursor[axis]

    # Moving

    def validate_cursor(self, cursor: Cell) -> Cell:
        last = len(self._names) - 1
        return max(0, min(last, cursor[0])), max(0, min(last, cursor[1]))

    def watch_cursor(self, before: Cell, cursor: Cell) -> None:
        layout = self.layout_now
        rows = [
            Region(0, layout.headings + row * layout.height, self.size.width, layout.height)
            for row in {before[0], cursor[0]}
        ]
        self.refresh(Region(0, 0, self.size.width, layout.headings), *rows)
        self.post_message(self.Moved())

    def move_to(self, cell: Cell) -> None:
        """Move the cursor to a cell and scroll to it."""
        self.cursor = cell
        self._reveal()

    @property
    def cursor_region(self) -> Region:
        """The cell of the cursor, in the widget."""
        (row, column), layout = self.cursor, self.layout_now
        left, top = layout.names + column * layout.width, layout.headings + row * layout.height
        return Region(left, top, layout.width, layout.height)

    def _reveal(self) -> None:
        """Scroll to the cursor, in the first row and column also to the headings."""
        if isinstance(self.parent, Widget):
            row, column = self.cursor
            cell = self.cursor_region
            left, top = cell.x if column else 0, cell.y if row else 0
            seen = Region(left, top, cell.right - left, cell.bottom - top)
            self.parent.scroll_to_region(seen.translate(self.virtual_region.offset), animate=False)

    def on_resize(self) -> None:
        self.styles.min_height = self.lines(Size(self.size.width, 0))  # for a parent that scrolls
        self._reveal()

    @property
    def rows_on_page(self) -> int:
        return len(self._names)

    def move_cursor(self, columns: int, rows: int) -> None:
        self.move_to((self.cursor[0] + rows, self.cursor[1] + columns))

    def move_to_edge(self, *, is_last: bool) -> None:
        edge = is_last * (len(self._names) - 1)
        self.move_to((edge, edge))

    def action_open(self) -> None:
        self._reveal()
        self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        layout, offset = self.layout_now, event.get_content_offset(self)
        if offset is None or offset.y < layout.headings or offset.x < layout.names:
            return
        cell = ((offset.y - layout.headings) // layout.height, (offset.x - layout.names) // layout.width)
        if cell != self.validate_cursor(cell):
            return
        is_again = cell == self.cursor
        self.cursor = cell
        if is_again or not self.can_focus:
            self.action_open()
