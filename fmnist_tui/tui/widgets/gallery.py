"""Images in rows, each with a caption; one has the cursor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.reactive import reactive

from fmnist_tui.data.image_types import GrayImage
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.bar import bar
from fmnist_tui.tui.widgets.cursor_keys import CursorKeys
from fmnist_tui.tui.widgets.image import HEIGHT, WIDTH, image_drawer
from fmnist_tui.tui.widgets.line_widget import LineWidget

GAP = 2
"""Columns between two images."""

CAPTION_LINES = 4
"""The default: a title and the three most probable classes."""

BLOCK_WIDTH = WIDTH + GAP

NAME, FIGURE = 11, 6
BAR = WIDTH - NAME - FIGURE - 1


@dataclass(frozen=True, slots=True)
class ClassProbability:
    """A class with its predicted probability."""

    name: str
    probability: float
    is_true: bool


@dataclass(frozen=True, slots=True)
class GalleryItem:
    """One image and its caption.

    Attributes:
        title: Such as its number and true class.
        top_classes: The most probable classes, one a line.
    """

    image: GrayImage
    title: str
    top_classes: Sequence[ClassProbability] = ()


class Gallery(CursorKeys, LineWidget, can_focus=True):
    """As many images as fit, and the others by scrolling. Each is requested when it is drawn.

    Args:
        caption_lines: Lines below each image: its title, and a class on each of the others.

    Attributes:
        count: The number of images.
    """

    HELP = "Images, and at the right the most likely classes of the chosen one where it was classified."

    DEFAULT_CLASSES = "panel"

    COMPONENT_CLASSES = {f"gallery--{part}" for part in ("image", "title", "cursor", "true", "other")}
    BINDINGS = bindings("move")

    position: reactive[int] = reactive(0, init=False)
    """The index of the image with the cursor."""

    class Moved(Message):
        """The cursor moved."""

    def __init__(self, caption_lines: int = CAPTION_LINES) -> None:
        super().__init__()
        self._caption_lines = caption_lines
        self._block_height = HEIGHT + caption_lines + 1
        self.count = 0
        self._item: Callable[[int], GalleryItem]

    def show(self, count: int, item: Callable[[int], GalleryItem]) -> None:
        """Show images, from the first.

        Args:
            count: The number of images.
            item: Returns the image with an index, from 0.
        """
        self.count, self._item = count, item
        self._drawn.clear()
        self.position = 0
        self.refresh()

    # Where things are

    @property
    def columns(self) -> int:
        """Images in a row."""
        return max(1, (self.size.width + GAP) // BLOCK_WIDTH)

    @property
    def page(self) -> int:
        """Images on a screen."""
        return self.columns * max(1, (self.size.height + 1) // self._block_height)  # no gap below the last row

    @property
    def first_shown(self) -> int:
        """The image in the upper left corner."""
        return self.position // self.page * self.page

    # Drawing

    def draw_line(self, y: int) -> list[Segment]:
        own = self.style_of()
        row, line = divmod(y, self._block_height)
        start = self.first_shown + row * self.columns
        stop = min(start + self.columns, self.count, self.first_shown + self.page)
        segments: list[Segment] = []
        for place in range(start, stop):
            segments += self._block(place)[line] if line < self._block_height - 1 else [Segment(" " * WIDTH, own)]
            segments.append(Segment(" " * GAP, own))
        return segments

    def _block(self, place: int) -> list[list[Segment]]:
        """Return all lines of one image, cached while it is shown."""
        if place not in self._drawn:
            if len(self._drawn) > 2 * self.page:
                self._drawn.clear()
            item = self._item(place)
            image = image_drawer(self, "gallery--image")(item.image)
            self._drawn[place] = [*image, *self._caption(item)]
        lines = self._drawn[place]
        if place != self.position:
            return lines
        title = lines[HEIGHT][0].text
        return [*lines[:HEIGHT], [Segment(title, self.style_of("gallery--cursor"))], *lines[HEIGHT + 1 :]]

    def _caption(self, item: GalleryItem) -> list[list[Segment]]:
        lines = [[Segment(set_cell_size(one_line(item.title), WIDTH), self.style_of("gallery--title"))]]
        lines += [self._bar(predicted) for predicted in item.top_classes[: self._caption_lines - 1]]
        return lines + [[Segment(" " * WIDTH, self.style_of())]] * (self._caption_lines - len(lines))

    def _bar(self, predicted: ClassProbability) -> list[Segment]:
        name = set_cell_size(one_line(predicted.name), NAME)
        figure = f"{100 * predicted.probability:.0f} %".rjust(FIGURE)
        style = self.style_of("gallery--true" if predicted.is_true else "gallery--other")
        return [Segment(f"{name}{figure} {bar(predicted.probability, BAR)}", style)]

    # Moving

    def validate_position(self, position: int) -> int:
        return max(0, min(position, self.count - 1))

    def watch_position(self) -> None:
        self.post_message(self.Moved())

    @property
    def rows_on_page(self) -> int:
        return self.page // self.columns

    def move_cursor(self, columns: int, rows: int) -> None:
        self.position += columns + rows * self.columns

    def move_to_edge(self, *, is_last: bool) -> None:
        self.position = is_last * (self.count - 1)

    def on_click(self, event: events.Click) -> None:
        column, row = event.x // BLOCK_WIDTH, event.y // self._block_height
        place = self.first_shown + row * self.columns + column
        if column < self.columns and place < min(self.count, self.first_shown + self.page):
            self.position = place
