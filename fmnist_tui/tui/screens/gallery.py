"""A selection of images, such as one cell of the confusion matrix, with the predictions for each."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future

from textual import on, work

from fmnist_tui.data.image_types import GrayImages, Indices
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.formatting import count
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.screens.gallery_page import MOVES, GalleryPage
from fmnist_tui.tui.widgets.gallery import CAPTION_LINES, ClassProbability, Gallery, GalleryItem


class GalleryScreen(GalleryPage):
    """A gallery in one of two orders.

    Args:
        kind: What the images have in common.
        names: The classes' names.
        predictions: The predictions for all images.
        images: The positions of those to show.
        all_images: All images, once they are loaded.
    """

    BINDINGS = bindings("gallery")

    def __init__(
        self, kind: str, names: Sequence[str], predictions: Predictions, images: Indices, all_images: Future[GrayImages]
    ) -> None:
        super().__init__("Images", kind)
        self._names = names
        self._predictions = predictions
        self._images = images
        self._loading = all_images
        self._all_images: GrayImages | None = None
        self._is_by_loss = False

    def on_mount(self) -> None:
        self.show_note("loading the images…")
        self._load()

    @work
    async def _load(self) -> None:
        try:
            self._all_images = await asyncio.wrap_future(self._loading)
        except Exception as error:  # noqa: BLE001 - the other pages work without the images
            self.show_error(error)
        else:
            self._show()

    def _show(self) -> None:
        predictions, chosen = self._predictions, self._images
        self._images = predictions.by_loss(chosen) if self._is_by_loss else predictions.by_confidence(chosen)
        self.gallery.show(len(self._images), self._item)
        self._show_position()

    def _item(self, place: int) -> GalleryItem:
        assert self._all_images is not None
        image = int(self._images[place])
        shares, true = self._predictions.probabilities[image], int(self._predictions.labels[image])
        likeliest = shares.argsort()[::-1][: CAPTION_LINES - 1].tolist()
        top_classes = [ClassProbability(self._names[label], float(shares[label]), label == true) for label in likeliest]
        return GalleryItem(self._all_images[image], f"#{image} true: {self._names[true]}", top_classes)

    @on(Gallery.Moved)
    def _show_position(self) -> None:
        if self._all_images is not None:
            image = self._images[self.gallery.position]
            order = "worst loss first" if self._is_by_loss else "most confident first"
            self.show_note(
                f"{count(self.gallery.position + 1)} of {count(len(self._images))} · {order} · "
                f"loss {self._predictions.losses[image]:.2f} · {MOVES}"
            )

    def action_order(self) -> None:
        self._is_by_loss = not self._is_by_loss
        if self._all_images is not None:
            self._show()
