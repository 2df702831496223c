"""The confusion matrix with a cursor: a cell for each pair of classes."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.color import Color
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from fmnist_tui.confusion_colors import heat
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.contrast import legible_text
from fmnist_tui.tui.widgets.line_widget import LineWidget

Cell = tuple[int, int]
"""A true class and a predicted class."""

NAME_WIDTH = 12
MIN_WIDTH, MAX_WIDTH = 5, 12
"""Columns of a cell."""


HEAT_CLASSES = {"heat--correct", "heat--incorrect"}
"""The component classes of a widget with cells: their backgrounds are the colors at full strength."""


class ConfusionGrid(LineWidget, can_focus=True):
    """Draws counts on colors of their share; one cell has the cursor.

    Args:
        names: The classes' names.
        counts: The row is the true class, the column the predicted one.
    """

    ALLOW_MAXIMIZE = True

    COMPONENT_CLASSES = {*HEAT_CLASSES, "grid--cursor", "grid--names", "grid--nothing"}

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

    def draw_line(self, y: int) -> list[Segment]:
        if y == 0:
            return self._headings()
        return self._row(y - 1) if y <= len(self._names) else []

    def _headings(self) -> list[Segment]:
        width = self._cell_width
        segments = [self._heading(f"{'true/pred.':<{NAME_WIDTH}}")]
        for column, name in enumerate(self._names):
            segments.append(self._heading(f"{name[: width - 1]:>{width}}", is_marked=column == self.cursor[1]))
        return segments

    def _heading(self, text: str, *, is_marked: bool = False) -> Segment:
        return Segment(text, self.style_of("grid--cursor" if is_marked else "grid--names"))

    def _row(self, true: int) -> list[Segment]:
        name = self._heading(f"{self._names[true][: NAME_WIDTH - 1]:<{NAME_WIDTH}}", is_marked=true == self.cursor[0])
        total = max(1, sum(self._counts[true]))
        return [name, *(self._cell(true, predicted, total) for predicted in range(len(self._names)))]

    def _cell(self, true: int, predicted: int, total: int) -> Segment:
        count, width = self._counts[true][predicted], self._cell_width
        if (true, predicted) == self.cursor:
            return Segment(f"{f'[{count}]' if width > MIN_WIDTH else count:>{width}}", self.style_of("grid--cursor"))
        if not count:
            return Segment(f"{'·':>{width}}", self.style_of("grid--nothing"))
        background, text = cell_colors(self, count / total, is_correct=true == predicted)
        return Segment(f"{count:>{width}}", Style(color=text.rich_color, bgcolor=background.rich_color))

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


def cell_colors(widget: Widget, share: float, *, is_correct: bool) -> tuple[Color, Color]:
    """Return the background and the text color of a cell.

    Args:
        widget: The widget that shows the cell; it has the component classes `HEAT_CLASSES`.
        share: The share of its row's images that are in the cell.
        is_correct: Whether these are predicted correctly.
    """
    full = widget.get_component_styles("heat--correct" if is_correct else "heat--incorrect").background
    background = widget.background_colors[1].blend(full, heat(share, is_correct=is_correct))
    return background, legible_text(background)
