"""The training images most similar to an image, by pixel distance."""

import asyncio
from collections import Counter

import numpy as np
from textual import work

from fmnist_tui.data.image_split import ImageSplit
from fmnist_tui.data.image_types import GrayImage
from fmnist_tui.tui.screens.gallery_page import GalleryPage
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
        super().__init__("Nearest training images", title)
        self._title = title
        self._image = image
        self._training = training
        self._own_place = own_place
        self.gallery.border_title = "Images: the image itself, then pixel distances from 0 to 1"

    def on_mount(self) -> None:
        super().on_mount()
        self.show_note("searching the training images…")
        self._search()

    @work
    async def _search(self) -> None:
        training = self._training
        found = await asyncio.to_thread(training.neighbors, self._image, COUNT, self._own_place)
        names = [training.classes[label] for label in training.labels[found.places]]
        classes = ", ".join(f"{count} {name}" for name, count in Counter(names).most_common(3))
        self.show_note(f"of the nearest {len(names)}: {classes}")
        shown = [GalleryItem(self._image, self._title)]
        for place, name, distance in zip(found.places, names, found.distances, strict=True):
            shown.append(GalleryItem(training.images[place], name, number=int(place), figure=f"{distance:.3f}"))
        self.gallery.show(len(shown), shown.__getitem__, np.array([-1, *found.places]))
