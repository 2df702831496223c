"""An image as the form's augmentation changes it for training."""

import asyncio

from textual import events, on, work

from fmnist_tui.config import RunConfig, run_specs
from fmnist_tui.data.image_types import GrayImage
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.screens.gallery_page import GalleryPage
from fmnist_tui.tui.widgets.gallery import GalleryItem

COPIES = 48


class AugmentationScreen(GalleryPage):
    """The original image, then augmented copies.

    Args:
        title: The image's name.
        image: The image.
        config: The config with the augmentation.
        engine: Augments the image as in training.
    """

    BINDINGS = bindings("augmentation")

    def __init__(self, title: str, image: GrayImage, config: RunConfig, engine: Engine) -> None:
        super().__init__("Augmentation", title)
        self._image = image
        self._config = config
        self._engine = engine
        self._draws = 0

    @on(events.Mount)
    @work(exclusive=True)
    async def action_draw(self) -> None:
        self._draws += 1
        coming = self._engine.augmented(self._config, self._image, COPIES, self._draws)
        try:
            copies = await asyncio.wrap_future(coming)
        except Exception as error:  # noqa: BLE001 - the other pages work without
            self.show_error(error)
            return
        self.show_note(f"{augmentation_description(self._config)} · draw {self._draws}")
        shown = [
            GalleryItem(self._image, "original"),
            *(GalleryItem(copy, "", number) for number, copy in enumerate(copies, 1)),
        ]
        self.gallery.show(len(shown), shown.__getitem__)


def augmentation_description(config: RunConfig) -> str:
    """Return a description of a config's augmentation."""
    values = config.to_flat()
    active = [spec for spec in run_specs() if spec.hint.group == "Augmentation" and values[spec.name]]
    parts = [f"{spec.label} {spec.describe(values[spec.name])}" for spec in active]
    return f"the form's {', '.join(parts)}" if parts else "the form's augmentation is off"
