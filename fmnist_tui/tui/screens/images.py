"""The Images view: what there is to learn from, split by split and class by class."""

import asyncio
from collections.abc import Callable
from typing import ClassVar, get_args

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.config import RunConfig
from fmnist_tui.data.image_split import ImageSplit
from fmnist_tui.data.images import GrayImage, Indices
from fmnist_tui.data.splits import Split
from fmnist_tui.datasets import mark_of
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.formatting import count, percent
from fmnist_tui.tui.screens.gallery_page import MOVES
from fmnist_tui.tui.screens.view import ViewScreen
from fmnist_tui.tui.text import explain
from fmnist_tui.tui.widgets.bar import bar
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.gallery import Exhibit, Gallery

EVERY_CLASS = "all classes"

NAME, FIGURE = 12, 6


class ImagesScreen(ViewScreen):
    """The images of a split and class, the mean of them first; beside them, how many there are of what.

    Args:
        engine: Has the images.
        config: Tells what the form says now: where the images are, how they are split, how they are augmented.
    """

    VIEW = "images"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "step('#images-split', 1)", "Split", tooltip="Training, validation or test", id="images.split"),
        Binding("c", "step('#images-class', 1)", "Class", tooltip="The next class", id="images.class"),
        Binding(
            "C",
            "step('#images-class', -1)",
            "Class before",
            show=False,
            tooltip="The class before",
            id="images.class_before",
        ),
        Binding("n", "neighbors", "Nearest", tooltip="The training images most like it", id="images.neighbors"),
        Binding("a", "augment", "Augment", tooltip="What the form's augmentation makes of it", id="images.augment"),
    ]

    def __init__(self, engine: Engine, config: Callable[[], RunConfig]) -> None:
        super().__init__()
        self._engine = engine
        self._config = config
        self._split = Choice(get_args(Split), "train", id="images-split")
        self._class = Choice((EVERY_CLASS, *config().spec.classes), EVERY_CLASS, id="images-class")
        self._note, self._figures = Static(id="images-note"), Static(id="images-figures")
        self._gallery = Gallery(caption_lines=1)
        self._subject: tuple[str, str, int, Split] | None = None
        self._collection: ImageSplit | None = None
        self._places: Indices | None = None

    def compose_view(self) -> ComposeResult:
        with Horizontal(id="images-controls"):
            yield self._split
            yield self._class
            yield self._note
        with Horizontal(id="images-body"):
            yield self._gallery
            with Vertical(id="images-side"):
                yield self._figures

    def on_screen_resume(self) -> None:
        self.set_focus(self._gallery)
        self._read()

    def on_resize(self) -> None:
        self._show_figures()

    @property
    def split(self) -> Split:
        """The split that is shown."""
        return next(split for split in get_args(Split) if split == self._split.value)

    @property
    def label(self) -> int | None:
        """The class that is shown; none for all of them."""
        return None if self._class.value == EVERY_CLASS else self._class.choices.index(self._class.value) - 1

    # Reading

    @on(Choice.Changed, "#images-split")
    @work(exclusive=True, group="reading")
    async def _read(self) -> None:
        config, split = self._config(), self.split
        subject = (config.dataset, config.data, config.validation_size, split)
        if subject == self._subject:
            self._tell()
            return
        self._say("reading the images…")
        try:
            collection = await asyncio.wrap_future(self._engine.image_split(config, split))
            await asyncio.to_thread(_work_out, collection)
        except Exception as error:  # noqa: BLE001 - the other views work without the images
            self._subject, self._collection = None, None
            self._note.update(Content.styled(f"✗ {explain(error)}", "$text-error"))
            self._gallery.show(0, self._exhibit)
            self._show_figures()
        else:
            self._subject, self._collection = subject, collection
            self._class.offer((EVERY_CLASS, *collection.classes))
            self._show_images()
        self.refresh_bindings()

    @on(Choice.Changed, "#images-class")
    def _show_images(self) -> None:
        if self._collection is not None:
            self._places = self._collection.of_class(self.label)
            self._gallery.show(1 + len(self._places), self._exhibit)
            self._show_figures()
            self._tell()

    def _exhibit(self, place: int) -> Exhibit:
        title, picture, _own_place = self._at(place)
        return Exhibit(picture, title)

    def _at(self, place: int) -> tuple[str, GrayImage, int | None]:
        """What stands at a place of the gallery: title, image, and its own place in the split."""
        assert self._collection is not None
        assert self._places is not None
        if place == 0:
            return f"mean of {count(len(self._places))}", self._collection.mean_of(self.label), None
        image = int(self._places[place - 1])
        return (
            f"#{image} {self._collection.classes[self._collection.labels[image]]}",
            self._collection.images[image],
            image,
        )

    # Telling

    @on(Gallery.Moved)
    def _tell(self) -> None:
        if self._collection is not None and self._places is not None:
            place = self._gallery.position
            where = f"{count(place)} of {count(len(self._places))}" if place else f"{count(len(self._places))} images"
            self._say(f"{where} · {MOVES}")

    def _say(self, text: str) -> None:
        self._note.update(Content(text))

    def _show_figures(self) -> None:
        collection = self._collection
        if collection is None:
            self._figures.update(Content(""))
            return
        width = max(NAME + FIGURE, self._figures.size.width)
        most = max(1, *collection.counts)
        mark = f" ({mark_of(collection.name)})".removesuffix(" ()")
        lines = [Content.styled(f"{count(len(collection))} images{mark}", "bold")]
        for label, (name, number) in enumerate(zip(collection.classes, collection.counts, strict=True)):
            style = "bold $text-accent" if label == self.label else ""
            drawn = bar(number / most, width - NAME - FIGURE - 1) if width > NAME + FIGURE + 4 else ""
            lines.append(
                Content.assemble((f"{name:<{NAME}}{count(number):>{FIGURE}}", style), " ", (drawn, "$text-primary"))
            )
        lines += [
            Content(""),
            Content.styled("pixels, 0 to 1", "bold"),
            Content(f"{'mean':<{NAME}}{collection.pixel_mean:>{FIGURE}.3f}"),
            Content(f"{'deviation':<{NAME}}{collection.pixel_deviation:>{FIGURE}.3f}"),
            Content(f"{'blank':<{NAME}}{percent(collection.blank_share, 0):>{FIGURE}}"),
        ]
        self._figures.update(Content("\n").join(lines))

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("neighbors", "augment"):
            return self._collection is not None or None
        return True

    def action_step(self, choice: str, steps: int) -> None:
        self.query_one(choice, Choice).action_step(steps)

    @work(exclusive=True, group="page")
    async def action_neighbors(self) -> None:
        from fmnist_tui.tui.screens.neighbors import NeighborsScreen

        if self._subject is None:
            return
        title, picture, place = self._at(self._gallery.position)
        split = self._subject[-1]  # what is shown; what is chosen may be on its way
        try:
            training = await asyncio.wrap_future(self._engine.image_split(self._config(), "train"))
        except Exception as error:  # noqa: BLE001 - what is shown already stays
            self._note.update(Content.styled(f"✗ {explain(error)}", "$text-error"))
            return
        own_place = place if split == "train" else None
        if self.is_current:  # else someone has gone elsewhere meanwhile
            self.app.push_screen(NeighborsScreen(f"{split} {title}", picture, training, own_place))

    def action_augment(self) -> None:
        from fmnist_tui.tui.screens.augmentation import AugmentationScreen

        if self._subject is not None:
            title, picture, _place = self._at(self._gallery.position)
            title = f"{self._subject[-1]} {title}"
            self.app.push_screen(AugmentationScreen(title, picture, self._config(), self._engine))


def _work_out(collection: ImageSplit) -> None:
    """What is worked out once over all images, before the interface asks for it: on a thread, for it takes its time."""
    _ = collection.means, collection.histogram
