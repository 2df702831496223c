"""The training images most similar to an image, by pixel distance."""

import asyncio
from collections import Counter

from textual import work

from fmnist_tui.data.image_split import ImageSplit, Neighbors
from fmnist_tui.data.image_types import GrayImage
from fmnist_tui.tui.screens.gallery_page import MOVES, GalleryPage
from fmnist_tui.tui.widgets.gallery import GalleryItem

COUNT = 48


class NeighborsScreen(GalleryPage):
    """The image itself, then its neighbors, nearest first.

    Args:
        title: The image's name.
        image: The image.
        training: The training images.
        own_place: The image's own position among them, if it is one of them.
    """

    def __init__(self, title: str, image: GrayImage, training: ImageSplit, own_place: int | None) -> None:
        super().__init__("Nearest training images", title, caption_lines=1)
        self._title = title
        self._image = image
        self._training = training
        self._own_place = own_place

    def on_mount(self) -> None:
        self.show_note("searching the training images…")
        self._search()

    @work
    async def _search(self) -> None:
        found = await asyncio.to_thread(self._training.neighbors, self._image, COUNT, self._own_place)
        labels = self._training.labels[found.places].tolist()
        classes = ", ".join(
            f"{count} {self._training.classes[label]}" for label, count in Counter(labels).most_common(3)
        )
        self.show_note(f"of the nearest {len(labels)}: {classes} · d = pixel distance, 0 to 1 · {MOVES}")
        self.gallery.show(1 + len(labels), lambda place: self._item(found, place))

    def _item(self, found: Neighbors, place: int) -> GalleryItem:
        if place == 0:
            return GalleryItem(self._image, self._title)
        image = int(found.places[place - 1])
        title = f"{self._training.classes[self._training.labels[image]]}  d {found.distances[place - 1]:.3f}"
        return GalleryItem(self._training.images[image], title)
