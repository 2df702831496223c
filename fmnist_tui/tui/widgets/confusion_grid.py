"""The confusion matrix with a cursor: a cell for each pair of classes."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.cell_colors import cell_colors

Cell = tuple[int, int]
"""A true class and a predicted class."""

NAME_WIDTH = 12
MIN_WIDTH, MAX_WIDTH = 5, 12
"""Columns of a cell."""


class ConfusionGrid(Widget, can_focus=True):
    """Draws counts on colors of their share; one cell has the cursor.

    Args:
        names: The classes' names.
        counts: The row is the true class, the column the predicted one.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {
        "heat--right",
        "heat--wrong",
        "grid--cursor",
        "grid--names",
        "grid--nothing",
    }

    BINDINGS = [
        Binding("up", "move(-1, 0)", "Up", show=False, tooltip="To the true class above", id="grid.up"),
        Binding("down", "move(1, 0)", "Down", show=False, tooltip="To the true class below", id="grid.down"),
        Binding("left", "move(0, -1)", "Left", show=False, tooltip="To the previous predicted class", id="grid.left"),
        Binding("right", "move(0, 1)", "Right", show=False, tooltip="To the next predicted class", id="grid.right"),
        Binding("home", "edge(0)", "First", show=False, tooltip="To the row's first cell", id="grid.first"),
        Binding("end", "edge(-1)", "Last", show=False, tooltip="To the row's last cell", id="grid.last"),
        Binding("enter", "open", "Show images", tooltip="Show the images of the cell", id="grid.open"),
    ]

    cursor: reactive[Cell] = reactive((0, 0), repaint=False, init=False)

    class Moved(Message):
        """The cursor moved."""

    class Opened(Message):
        """The user opens the cell under the cursor."""

    def __init__(self, names: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
        super().__init__()
        self._names = [one_line(name) for name in names]
        self._counts = counts

    @property
    def _cell_width(self) -> int:
        return max(MIN_WIDTH, min(MAX_WIDTH, (self.size.width - NAME_WIDTH) // len(self._names)))

    # Drawing

    def render(self) -> str:
        return ""  # unused: `render_line` draws this widget

    def render_line(self, y: int) -> Strip:
        own = self.visual_style.rich_style
        if y == 0:
            segments = self._headings()
        elif y <= len(self._names):
            segments = self._row(y - 1)
        else:
            segments = []
        return Strip(segments).adjust_cell_length(self.size.width, own)

    def _headings(self) -> list[Segment]:
        width, quiet, marked = self._cell_width, self._style("grid--names"), self._style("grid--cursor")
        segments = [Segment(f"{'true/pred.':<{NAME_WIDTH}}", quiet)]
        for column, name in enumerate(self._names):
            style = marked if column == self.cursor[1] else quiet
            segments.append(Segment(f"{name[: width - 1]:>{width}}", style))
        return segments

    def _row(self, true: int) -> list[Segment]:
        is_marked = true == self.cursor[0]
        name = f"{self._names[true][: NAME_WIDTH - 1]:<{NAME_WIDTH}}"
        segments = [Segment(name, self._style("grid--cursor" if is_marked else "grid--names"))]
        total = max(1, sum(self._counts[true]))
        return segments + [self._cell(true, predicted, total) for predicted in range(len(self._names))]

    def _cell(self, true: int, predicted: int, total: int) -> Segment:
        count, width = self._counts[true][predicted], self._cell_width
        if (true, predicted) == self.cursor:
            return Segment(f"{f'[{count}]' if width > MIN_WIDTH else count:>{width}}", self._style("grid--cursor"))
        if not count:
            return Segment(f"{'·':>{width}}", self._style("grid--nothing"))
        full = self.get_component_styles("heat--right" if true == predicted else "heat--wrong").background
        background, text = cell_colors(self.background_colors[1], full, count / total, is_correct=true == predicted)
        return Segment(f"{count:>{width}}", Style(color=text.rich_color, bgcolor=background.rich_color))

    def _style(self, name: str) -> Style:
        return self.get_visual_style(name).rich_style

    # Moving

    def validate_cursor(self, cursor: Cell) -> Cell:
        last = len(self._names) - 1
        return max(0, min(last, cursor[0])), max(0, min(last, cursor[1]))

    def watch_cursor(self, before: Cell, cursor: Cell) -> None:
        rows = {0, before[0] + 1, cursor[0] + 1}
        self.refresh(*(Region(0, row, self.size.width, 1) for row in rows))
        self.post_message(self.Moved())

    def move_to(self, cell: Cell) -> None:
        """Move the cursor to a cell and scroll to it."""
        self.cursor = cell
        self._reveal()

    def _reveal(self) -> None:
        """Scroll to the cursor, in the first row and column also to the headings."""
        if not isinstance(self.parent, Widget):
            return
        row, column = self.cursor
        left = NAME_WIDTH + column * self._cell_width if column else 0
        right = NAME_WIDTH + (column + 1) * self._cell_width
        cell = Region(left, row + 1, right - left, 1) if row else Region(left, 0, right - left, 2)
        self.parent.scroll_to_region(cell.translate(self.virtual_region.offset), animate=False)

    def on_resize(self) -> None:
        self._reveal()

    def action_move(self, down: int, right: int) -> None:
        self.move_to((self.cursor[0] + down, self.cursor[1] + right))

    def action_edge(self, end: int) -> None:
        self.move_to((self.cursor[0], 0 if end == 0 else len(self._names) - 1))

    def action_open(self) -> None:
        self._reveal()
        self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        cell = (event.y - 1, (event.x - NAME_WIDTH) // self._cell_width)
        if event.y == 0 or event.x < NAME_WIDTH or cell != self.validate_cursor(cell):
            return
        if cell == self.cursor:
            self.action_open()
        self.cursor = cell
