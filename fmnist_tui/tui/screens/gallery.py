"""A selection of images, such as one cell of the confusion matrix, with the predictions for each."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from textual import on, work

from fmnist_tui.data.image_split import ImageSplit
from fmnist_tui.data.image_types import GrayImages, Indices
from fmnist_tui.evaluation.predictions import TOP_CLASSES, Predictions
from fmnist_tui.formatting import count
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.keyboard import PAGE_OPENING
from fmnist_tui.tui.screens.gallery_page import GalleryPage
from fmnist_tui.tui.screens.neighbors import NeighborsScreen
from fmnist_tui.tui.widgets.gallery import ClassProbability, Gallery, GalleryItem


@dataclass(frozen=True, slots=True)
class ImageSources:
    """How pages of an evaluation get images.

    Attributes:
        evaluated: Asks for the images that were evaluated.
        training: Asks for the training images of the run.
    """

    evaluated: Callable[[], Future[GrayImages]]
    training: Callable[[], Future[ImageSplit]]


class GalleryScreen(GalleryPage):
    """A gallery in one of two orders.

    Args:
        kind: What the images have in common.
        names: The classes' names.
        predictions: The predictions for all images.
        images: The positions of those to show.
        sources: Asks for all images, and for the training images.
    """

    BINDINGS = bindings("gallery")

    def __init__(
        self, kind: str, names: Sequence[str], predictions: Predictions, images: Indices, sources: ImageSources
    ) -> None:
        super().__init__("Images", kind, has_classes=True)
        self._names = names
        self._predictions = predictions
        self._images = images
        self._sources = sources
        self._all_images: GrayImages | None = None
        self._is_by_loss = False

    def on_mount(self) -> None:
        super().on_mount()
        self.show_note("loading the images…")
        self._load()

    @work
    async def _load(self) -> None:
        try:
            self._all_images = await asyncio.wrap_future(self._sources.evaluated())
        except Exception as error:  # noqa: BLE001 - the other pages work without the images
            self.show_error(error)
        else:
            self._show()

    def _show(self) -> None:
        predictions, chosen = self._predictions, self._images
        self._images = predictions.by_loss(chosen) if self._is_by_loss else predictions.by_confidence(chosen)
        self.gallery.show(len(self._images), self._item, self._images)
        self._show_position()

    def _item(self, place: int) -> GalleryItem:
        assert self._all_images is not None
        image = int(self._images[place])
        shares, true = self._predictions.probabilities[image], int(self._predictions.labels[image])
        likeliest = shares.argsort()[::-1][:TOP_CLASSES].tolist()
        top_classes = [ClassProbability(self._names[label], float(shares[label]), label == true) for label in likeliest]
        is_correct = bool(self._predictions.is_correct[image])
        return GalleryItem(
            self._all_images[image], self._names[true], number=image, is_correct=is_correct, top_classes=top_classes
        )

    @on(Gallery.Moved)
    def _show_position(self) -> None:
        if self._all_images is not None:
            image = self._images[self.gallery.position]
            order = "worst loss first" if self._is_by_loss else "most confident first"
            self.show_note(
                f"{count(self.gallery.position + 1)} of {count(len(self._images))} · #{image} · {order} · "
                f"loss {self._predictions.losses[image]:.2f}"
            )

    def action_order(self) -> None:
        self._is_by_loss = not self._is_by_loss
        if self._all_images is not None:
            self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "neighbors":
            return self._all_images is not None or None
        return super().check_action(action, parameters)

    @on(Gallery.Opened)
    @work(exclusive=True, group=PAGE_OPENING)
    async def action_neighbors(self) -> None:
        if self._all_images is None:
            return
        image = int(self._images[self.gallery.position])
        try:
            training = await asyncio.wrap_future(self._sources.training())
        except Exception as error:  # noqa: BLE001 - the images that are shown stay
            self.show_error(error)
            return
        if self.is_current:  # else another page was opened meanwhile
            title = f"#{image} {self._names[int(self._predictions.labels[image])]}"
            self.app.push_screen(NeighborsScreen(title, self._all_images[image], training, None))
