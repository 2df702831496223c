"""Images in rows, each with a caption; one has the cursor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.reactive import reactive

from fmnist_tui.data.image_types import GrayImage, Indices
from fmnist_tui.datasets import SIDE
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.widgets.bar import bar
from fmnist_tui.tui.widgets.cursor_keys import CursorKeys
from fmnist_tui.tui.widgets.image import image_drawer, resized
from fmnist_tui.tui.widgets.line_widget import LineWidget

NAME, FIGURE = 11, 6


@dataclass(frozen=True, slots=True)
class ImageSize:
    """How large images are drawn.

    Attributes:
        side: Columns of an image; it takes half as many lines.
        classes: The most probable classes in a caption, if an item has any.
        gap: Empty columns between two images.
        space: Empty lines below a caption.
    """

    side: int
    classes: int
    gap: int
    space: int

    @property
    def lines(self) -> int:
        return (self.side + 1) // 2


SIZES = (ImageSize(10, 0, 1, 0), ImageSize(SIDE // 2, 2, 2, 1), ImageSize(SIDE, 3, 2, 1))
"""From small to large."""

DEFAULT_SIZE = 1

MIN_CLASSES = 1
"""The most probable class stays in captions; others are left out if another row of images fits then."""

MIN_PREVIEW = 4
"""The first lines of the next page are shown from this number on."""


@dataclass(frozen=True, slots=True)
class ClassProbability:
    """A class with its predicted probability."""

    name: str
    probability: float
    is_true: bool


@dataclass(frozen=True, slots=True, eq=False)
class GalleryItem:
    """One image and its caption.

    Attributes:
        name: Such as its true class.
        number: Its position in the split, if it has one.
        figure: A short figure, such as a distance.
        is_correct: Whether it is predicted correctly; None without a prediction.
        top_classes: The most probable classes, one a line.
    """

    image: GrayImage
    name: str
    number: int | None = None
    figure: str = ""
    is_correct: bool | None = None
    top_classes: Sequence[ClassProbability] = ()


class Gallery(CursorKeys, LineWidget, can_focus=True):
    """As many images as fit, and the others by pages. Each is requested when it is drawn.

    Args:
        has_classes: Whether captions have lines for the most probable classes.

    Attributes:
        count: The number of images.
    """

    HELP = "Images, each with its number, its class and, where it was classified, the most likely classes."

    DEFAULT_CLASSES = "panel"
    ALLOW_MAXIMIZE = True

    COMPONENT_CLASSES = {f"gallery--{part}" for part in ("image", "title", "cursor", "true", "other")}
    BINDINGS = bindings("move")

    position: reactive[int] = reactive(0, init=False)
    """The index of the image with the cursor."""

    size_index: reactive[int] = reactive(DEFAULT_SIZE, init=False)
    """The size of the images, an index into `SIZES`."""

    class Moved(Message):
        """The cursor moved."""

    class Opened(Message):
        """The user clicked on the image under the cursor."""

    def __init__(self, *, has_classes: bool = False) -> None:
        super().__init__()
        self._has_classes = has_classes
        self._item: Callable[[int], GalleryItem]
        self._numbers: Indices = np.arange(0)
        self.count = 0

    def show(self, count: int, item: Callable[[int], GalleryItem], numbers: Indices | None = None) -> None:
        """Show images, from the first.

        Args:
            count: The number of images.
            item: Returns the image with an index, from 0.
            numbers: The number of each image, for `find`; by default its index.
        """
        self.count, self._item = count, item
        self._numbers = np.arange(count) if numbers is None else numbers
        self._drawn.clear()
        self.position = 0
        self.refresh()

    def find(self, number: int) -> bool:
        """Move to the image with a number; return False if there is none."""
        places = np.flatnonzero(self._numbers == number)
        if not len(places):
            return False
        self.position = int(places[0])
        return True

    # Where things are

    @property
    def image_size(self) -> ImageSize:
        return SIZES[self.size_index]

    @property
    def _caption_lines(self) -> int:
        """Lines of a caption: as many as leave room for the rows that fit with the shortest one."""
        size = self.image_size
        classes = size.classes * self._has_classes
        rows = [
            (self.size.height + size.space) // (size.lines + 1 + shown + size.space) for shown in range(classes + 1)
        ]
        most = max(1, rows[min(MIN_CLASSES, classes)])
        return 1 + max((shown for shown, fitting in enumerate(rows) if fitting >= most), default=classes)

    @property
    def _block_height(self) -> int:
        return self.image_size.lines + self._caption_lines + self.image_size.space

    @property
    def columns(self) -> int:
        """Images in a row."""
        size = self.image_size
        return max(1, (self.size.width + size.gap) // (size.side + size.gap))

    @property
    def _gap(self) -> int:
        """Columns between two images: what is left of the width is distributed between and beside them."""
        size, columns = self.image_size, self.columns
        return max(size.gap, (self.size.width - columns * size.side) // (columns + 1))

    @property
    def _margin(self) -> int:
        """Columns left of the first image."""
        columns = self.columns
        return max(0, self.size.width - columns * self.image_size.side - (columns - 1) * self._gap) // 2

    @property
    def page(self) -> int:
        """Images on a screen."""
        # The last row needs no space below it.
        return self.columns * max(1, (self.size.height + self.image_size.space) // self._block_height)

    @property
    def first_shown(self) -> int:
        """The image in the upper left corner."""
        return self.position // self.page * self.page

    # Drawing

    def draw_line(self, y: int) -> list[Segment]:
        size, own = self.image_size, self.style_of()
        row, line = divmod(y, self._block_height)
        is_preview = row >= self.page // self.columns
        if is_preview and (line >= size.lines or self.size.height - row * self._block_height < MIN_PREVIEW):
            return []
        start = self.first_shown + row * self.columns
        gap = Segment(" " * self._gap, own)
        segments = [Segment(" " * self._margin, own)]
        for place in range(start, min(start + self.columns, self.count)):
            lines = self._block(place)
            segments += lines[line] if line < len(lines) else [Segment(" " * size.side, own)]
            segments.append(gap)
        return segments

    def _block(self, place: int) -> list[list[Segment]]:
        """Return all lines of one image, cached while it is shown."""
        if place not in self._drawn:
            if len(self._drawn) > 3 * self.page:
                self._drawn.clear()
            item = self._item(place)
            image = resized(item.image, self.image_size.side)
            self._drawn[place] = [*image_drawer(self, "gallery--image")(image), *self._caption(item)]
        lines = self._drawn[place]
        if place != self.position:
            return lines
        at = self.image_size.lines
        return [*lines[:at], [Segment(lines[at][0].text, self.style_of("gallery--cursor"))], *lines[at + 1 :]]

    def _caption(self, item: GalleryItem) -> list[list[Segment]]:
        width = self.image_size.side
        lines = [[Segment(_title(item, width), self.style_of("gallery--title"))]]
        lines += [self._predicted(one) for one in item.top_classes[: self._caption_lines - 1]]
        return lines + [[Segment(" " * width, self.style_of())]] * (self._caption_lines - len(lines))

    def _predicted(self, predicted: ClassProbability) -> list[Segment]:
        width = self.image_size.side
        figure = f"{100 * predicted.probability:.0f} %"
        room = width - NAME - FIGURE - 1
        name = set_cell_size(one_line(predicted.name), NAME if room > 0 else width - len(figure) - 1)
        drawn = f" {bar(predicted.probability, room)}" if room > 0 else ""
        text = f"{name}{figure.rjust(FIGURE if room > 0 else len(figure) + 1)}{drawn}"
        return [Segment(text, self.style_of("gallery--true" if predicted.is_true else "gallery--other"))]

    # Moving

    def validate_position(self, position: int) -> int:
        return max(0, min(position, self.count - 1))

    def watch_position(self) -> None:
        self.post_message(self.Moved())

    def validate_size_index(self, index: int) -> int:
        return max(0, min(index, len(SIZES) - 1))

    def watch_size_index(self) -> None:
        self._drawn.clear()

    def on_resize(self) -> None:
        self._drawn.clear()  # the length of captions depends on it

    @property
    def rows_on_page(self) -> int:
        return self.page // self.columns

    def move_cursor(self, columns: int, rows: int) -> None:
        self.position += columns + rows * self.columns

    def move_to_edge(self, *, is_last: bool) -> None:
        self.position = is_last * (self.count - 1)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        column = (offset.x - self._margin) // (self.image_size.side + self._gap)
        row = offset.y // self._block_height
        place = self.first_shown + row * self.columns + column
        if 0 <= column < self.columns and place < self.count:
            if place == self.position:
                self.post_message(self.Opened())
            self.position = place


def _title(item: GalleryItem, width: int) -> str:
    """Return the first line of a caption; the number is the first to go where it has no room."""
    mark = {True: "✓ ", False: "✗ ", None: ""}[item.is_correct]
    name, figure = one_line(item.name), f" {item.figure}" if item.figure else ""
    number = "" if item.number is None else f"#{item.number}"
    if width < SIDE // 2:
        mark, number, figure = mark.strip(), "" if name else number, ""
    text = f"{mark}{number}{' ' if number and name else ''}{name}"
    if name and cell_len(text + figure) > width:
        text = f"{mark}{name}"
    return set_cell_size(text, width - cell_len(figure)) + figure
