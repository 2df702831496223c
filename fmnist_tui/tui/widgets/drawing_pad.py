"""A canvas for drawing with the mouse or the keys."""

from collections.abc import Iterable

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from fmnist_tui.data.image_types import GrayImage
from fmnist_tui.datasets import SIDE
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.canvas import MAX_WIDTH, Canvas, Pen
from fmnist_tui.tui.widgets.cursor_keys import CursorKeys
from fmnist_tui.tui.widgets.image import HEIGHT, WIDTH, has_few_colors, image_drawer
from fmnist_tui.tui.widgets.line_widget import LineWidget

RIGHT_BUTTON = 3

LEFT_BESIDE = 38
"""Columns that stay free beside the canvas on a screen that is not upright."""


class Drawing(CursorKeys, LineWidget, can_focus=True):
    """Shows `canvas`: two pixels to a character, or two characters to a pixel if there is room."""

    HELP = (
        "A canvas of 28×28 pixels. Draw with the mouse, or move the pen by keys and lower it. Drawings are fitted like "
        "the dataset's images before they are classified."
    )

    DEFAULT_CLASSES = "panel"
    BORDER_TITLE = "Canvas"

    COMPONENT_CLASSES = {"drawing--image", "drawing--pen"}

    BINDINGS = bindings("move", "drawing")

    pen: reactive[Pen] = reactive(Pen.UP, init=False)
    brush: reactive[float] = reactive(3.0, init=False)
    """Its width in pixels."""

    class Changed(Message):
        """The image changed."""

    class PenChanged(Message):
        """The pen's mode or width changed."""

    def __init__(self) -> None:
        super().__init__()
        self.canvas = Canvas()
        self._place = (SIDE // 2, SIDE // 2)
        self._dragged_from: tuple[float, float] | None = None
        self._drag_pen = Pen.UP

    def put(self, image: GrayImage) -> None:
        """Replace the image."""
        self.canvas.put(image)
        self.pen = Pen.UP  # ends the current stroke
        self._changed()

    # Drawing it

    @property
    def is_large(self) -> bool:
        """Whether a pixel takes two characters."""
        return self.size.width >= 2 * SIDE and self.size.height >= SIDE

    def get_content_width(self, container: Size, viewport: Size) -> int:
        # The container is what is inside the frame already.
        is_beside = container.width >= 2 * container.height
        room = container.width - LEFT_BESIDE * is_beside
        has_room = container.height >= SIDE and room >= 2 * WIDTH
        return 2 * WIDTH if has_room and not has_few_colors(self.app) else WIDTH

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return SIDE if width >= 2 * WIDTH else HEIGHT

    def draw_line(self, y: int) -> Iterable[Segment]:
        if self.is_large not in self._drawn:
            self._drawn[self.is_large] = image_drawer(self, "drawing--image", is_large=self.is_large)(self.canvas.image)
        lines = self._drawn[self.is_large]
        if y >= len(lines):
            return ()
        column, row = self._place
        if y != (row if self.is_large else row // 2) or not self.has_focus:
            return lines[y]
        strip = Strip(lines[y])
        start, width = (2 * column, 2) if self.is_large else (column, 1)
        sign = {Pen.UP: "┼", Pen.DRAWS: "●", Pen.ERASES: "○"}[self.pen]
        mark = Segment(sign.ljust(width), self.style_of("drawing--pen"))
        return [*strip.crop(0, start), mark, *strip.crop(start + width)]

    def _changed(self) -> None:
        self._drawn.clear()
        self.refresh()
        self.post_message(self.Changed())

    # Keys

    def watch_pen(self) -> None:
        self.post_message(self.PenChanged())

    watch_brush = watch_pen

    @property
    def rows_on_page(self) -> int:
        return SIDE // 2

    def move_cursor(self, columns: int, rows: int) -> None:
        before = self._place
        column, row = before[0] + columns, before[1] + rows
        self._place = (max(0, min(SIDE - 1, column)), max(0, min(SIDE - 1, row)))
        self._stroke(before, self._place, self.pen)
        self.refresh()

    def move_to_edge(self, *, is_last: bool) -> None:
        self.move_cursor(*((SIDE, SIDE) if is_last else (-SIDE, -SIDE)))

    def action_pen(self, wanted: str) -> None:
        self.pen = Pen.UP if self.pen is Pen[wanted] else Pen[wanted]
        if self.pen is not Pen.UP:
            self.canvas.remember()
            self._stroke(self._place, self._place, self.pen)

    def action_widen(self, pixels: int) -> None:
        self.brush = max(1.0, min(MAX_WIDTH, self.brush + pixels))

    def action_undo(self) -> None:
        self.canvas.undo()
        self.pen = Pen.UP
        self._changed()

    def action_clear(self) -> None:
        self.put(Canvas().image)

    def _stroke(self, start: tuple[float, float], end: tuple[float, float], pen: Pen) -> None:
        if pen is not Pen.UP:
            self.canvas.stroke(start, end, self.brush, pen)
            self._changed()

    # The mouse: the left button draws, the right one erases

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self.canvas.remember()
        self._drag_pen = Pen.ERASES if event.button == RIGHT_BUTTON else Pen.DRAWS
        self._dragged_from = self._pixel_at(event)
        self._stroke(self._dragged_from, self._dragged_from, self._drag_pen)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged_from is not None:
            start, self._dragged_from = self._dragged_from, self._pixel_at(event)
            self._stroke(start, self._dragged_from, self._drag_pen)

    def on_mouse_up(self) -> None:
        self.release_mouse()
        self._dragged_from = None

    def _pixel_at(self, event: events.MouseEvent) -> tuple[float, float]:
        """Return column and row of the middle of the cell under the mouse."""
        x, y = event.x - self.gutter.left, event.y - self.gutter.top
        return ((x - 0.5) / 2, float(y)) if self.is_large else (float(x), 2 * y + 0.5)
