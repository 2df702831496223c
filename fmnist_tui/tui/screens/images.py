"""The Images view: the dataset by split and class."""

import asyncio
from collections.abc import Callable
from typing import get_args

import numpy as np
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content

from fmnist_tui.config import RunConfig
from fmnist_tui.data.image_split import ImageSplit
from fmnist_tui.data.image_types import GrayImage, Indices
from fmnist_tui.data.splits import Split
from fmnist_tui.datasets import mark_of
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import error_line
from fmnist_tui.formatting import count, percent
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.keyboard import PAGE_OPENING
from fmnist_tui.tui.screens.augmentation import AugmentationScreen
from fmnist_tui.tui.screens.neighbors import NeighborsScreen
from fmnist_tui.tui.screens.view_screen import ViewScreen
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.gallery import Gallery, GalleryItem
from fmnist_tui.tui.widgets.gallery_browser import GalleryBrowser
from fmnist_tui.tui.widgets.paragraph import Paragraph

EVERY_CLASS = "all classes"

NAME, FIGURE = 12, 6


class ImagesScreen(ViewScreen):
    """The images of a split and class after their mean; beside them, the size of each class.

    Args:
        engine: Loads the images.
        config: Returns the form's config: the dataset, its split and its augmentation.
    """

    HELP = "The images of the dataset by split and class, after the mean image of what is shown."

    VIEW = "images"

    BINDINGS = bindings("images")

    def __init__(self, engine: Engine, config: Callable[[], RunConfig]) -> None:
        super().__init__()
        self._engine = engine
        self._config = config
        self._split = Choice(get_args(Split), "train", id="images-split")
        self._class = Choice((EVERY_CLASS, *config().dataset_spec.classes), EVERY_CLASS, id="images-class")
        self._note, self._figures = Paragraph(id="images-note"), Paragraph(id="images-figures")
        self._gallery = Gallery()
        self._gallery.border_title = "Images"
        self._browser = GalleryBrowser(self._gallery)
        self._subject: tuple[str, str, int, Split] | None = None
        self._images: ImageSplit | None = None
        self._places: Indices | None = None

    def compose_view(self) -> ComposeResult:
        with Horizontal(id="images-controls"):
            yield self._split
            yield self._class
            yield self._note
        with Horizontal(id="images-body"):
            yield self._browser
            with Vertical(id="images-side", classes="panel") as side:
                side.border_title = "Classes"
                yield self._figures

    def on_resize(self) -> None:
        self.set_class(self.size.width < self.size.height, "-portrait")

    def on_screen_resume(self) -> None:
        self.set_focus(self._gallery)
        self._browser.restore()
        self._read()

    @property
    def split(self) -> Split:
        """The current split."""
        return next(split for split in get_args(Split) if split == self._split.value)

    @property
    def label(self) -> int | None:
        """The class that is shown; None for all classes."""
        return None if self._class.value == EVERY_CLASS else self._class.choices.index(self._class.value) - 1

    # Reading

    @on(Choice.Changed, "#images-split")
    @work(exclusive=True, group="reading")
    async def _read(self) -> None:
        config, split = self._config(), self.split
        subject = (config.dataset, config.data, config.validation_size, split)
        if subject == self._subject:
            self._show_position()
            return
        self._note.update(Content("reading the images…"))
        try:
            images = await asyncio.wrap_future(self._engine.image_split(config, split))
            await asyncio.to_thread(lambda: (images.means, images.histogram))  # cached; they take a while
        except Exception as error:  # noqa: BLE001 - the other views work without the images
            self._subject, self._images = None, None
            self._note.update(Content.styled(f"✗ {error_line(error)}", "$text-error"))
            self._gallery.show(0, self._item)
            self._show_figures()
        else:
            self._subject, self._images = subject, images
            self._class.offer((EVERY_CLASS, *images.classes))
            self._show_images()
        self.refresh_bindings()

    @on(Choice.Changed, "#images-class")
    def _show_images(self) -> None:
        if self._images is not None:
            self._places = self._images.of_class(self.label)
            self._gallery.show(1 + len(self._places), self._item, np.array([-1, *self._places]))
            self._show_figures()
            self._show_position()

    def _item(self, place: int) -> GalleryItem:
        name, image, number = self._at(place)
        return GalleryItem(image, name, number)

    def _at(self, place: int) -> tuple[str, GrayImage, int | None]:
        """Return the name, the image and its number in the split for a place in the gallery."""
        assert self._images is not None
        assert self._places is not None
        if place == 0:
            return f"mean of {count(len(self._places))}", self._images.mean_of(self.label), None
        position = int(self._places[place - 1])
        name = self._images.classes[self._images.labels[position]]
        return name, self._images.images[position], position

    def _title(self, place: int) -> str:
        """Return the title of a page about an image: its split, number and name."""
        assert self._subject is not None
        name, _image, number = self._at(place)
        return f"{self._subject[-1]} {name if number is None else f'#{number} {name}'}"

    # Showing

    @on(Gallery.Moved)
    def _show_position(self) -> None:
        if self._images is not None and self._places is not None:
            place = self._gallery.position
            where = f"{count(place)} of {count(len(self._places))}" if place else f"{count(len(self._places))} images"
            self._note.update(Content(where))

    def _show_figures(self) -> None:
        images = self._images
        if images is None:
            self._figures.update(Content(""))
            return
        mark = f" ({mark_of(images.name)})".removesuffix(" ()")
        lines = [Content.styled(f"{count(len(images))} images{mark}", "bold")]
        for label, (name, number) in enumerate(zip(images.classes, images.counts, strict=True)):
            style = "bold $text-accent" if label == self.label else ""
            lines.append(Content.styled(f"{name:<{NAME}}{count(number):>{FIGURE}}", style))
        lines += [
            Content(""),
            Content.styled("pixels, 0 to 1", "bold"),
            Content(f"{'mean':<{NAME}}{images.pixel_mean:>{FIGURE}.3f}"),
            Content(f"{'deviation':<{NAME}}{images.pixel_deviation:>{FIGURE}.3f}"),
            Content(f"{'blank':<{NAME}}{percent(images.blank_share, 0):>{FIGURE}}"),
        ]
        self._figures.update(Content("\n").join(lines))

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("neighbors", "augment"):
            return self._images is not None or None
        return super().check_action(action, parameters)

    @on(Gallery.Opened)
    @work(exclusive=True, group=PAGE_OPENING)
    async def action_neighbors(self) -> None:
        if self._subject is None:
            return
        title = self._title(self._gallery.position)
        _name, image, place = self._at(self._gallery.position)
        split = self._subject[-1]  # the one shown; the one chosen may not be loaded yet
        try:
            training = await asyncio.wrap_future(self._engine.image_split(self._config(), "train"))
        except Exception as error:  # noqa: BLE001 - the images that are shown stay
            self._note.update(Content.styled(f"✗ {error_line(error)}", "$text-error"))
            return
        own_place = place if split == "train" else None
        if self.is_current:  # else another view or page was opened meanwhile
            self.app.push_screen(NeighborsScreen(title, image, training, own_place))

    def action_augment(self) -> None:
        if self._subject is not None:
            title = self._title(self._gallery.position)
            _name, image, _number = self._at(self._gallery.position)
            self.app.push_screen(AugmentationScreen(title, image, self._config(), self._engine))
