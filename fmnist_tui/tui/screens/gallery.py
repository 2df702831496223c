"""Images of one kind, such as those of one cell of the confusion matrix, with what the network said of each."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import ClassVar, Literal

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content

from fmnist_tui.data.images import GrayImages, Indices
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.formatting import count
from fmnist_tui.tui.screens.gallery_page import MOVES, GalleryPage
from fmnist_tui.tui.screens.page import heading_of
from fmnist_tui.tui.widgets.gallery import CAPTION_LINES, Exhibit, Guess

Order = Literal["surest first", "worst loss first"]


class GalleryScreen(GalleryPage):
    """A gallery, in one of two orders.

    Args:
        kind: What kind of images they are.
        names: Of the classes.
        predictions: The answers for all images.
        images: Those to be shown.
        pictures: All images, once they are loaded.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "order", "Other order", tooltip="By confidence or by loss", id="gallery.order"),
    ]

    def __init__(
        self,
        kind: str,
        names: Sequence[str],
        predictions: Predictions,
        images: Indices,
        pictures: Future[GrayImages],
    ) -> None:
        super().__init__()
        self._kind = kind
        self._names = names
        self._predictions = predictions
        self._images = images
        self._coming = pictures
        self._pictures: GrayImages | None = None
        self._order: Order = "surest first"

    def heading(self) -> Content:
        return heading_of("Images", self._kind)

    def on_mount(self) -> None:
        if self._coming.done():
            self._take()
        else:
            self.say("loading the images…")
            self._wait()

    @work
    async def _wait(self) -> None:
        await asyncio.wait([asyncio.wrap_future(self._coming)])
        self._take()

    def _take(self) -> None:
        try:
            self._pictures = self._coming.result()
        except Exception as error:  # noqa: BLE001 - the matrix works without the images
            self.say_problem(error)
        else:
            self._show()

    def _show(self) -> None:
        predictions, chosen = self._predictions, self._images
        is_by_loss = self._order == "worst loss first"
        self._images = predictions.by_loss(chosen) if is_by_loss else predictions.by_confidence(chosen)
        self.gallery.show(len(self._images), self._exhibit)
        self._tell()

    def _exhibit(self, place: int) -> Exhibit:
        assert self._pictures is not None
        image = int(self._images[place])
        shares, true = self._predictions.probabilities[image], int(self._predictions.labels[image])
        likeliest = shares.argsort()[::-1][: CAPTION_LINES - 1].tolist()
        guesses = [Guess(self._names[label], float(shares[label]), label == true) for label in likeliest]
        return Exhibit(self._pictures[image], f"#{image} true: {self._names[true]}", guesses)

    def on_gallery_moved(self) -> None:
        self._tell()

    def _tell(self) -> None:
        if self._pictures is not None:
            image = self._images[self.gallery.position]
            self.say(
                f"{count(self.gallery.position + 1)} of {count(len(self._images))} · {self._order} · "
                f"loss of this one {self._predictions.losses[image]:.2f} · {MOVES}"
            )

    def action_order(self) -> None:
        self._order = "surest first" if self._order == "worst loss first" else "worst loss first"
        if self._pictures is not None:
            self._show()
