"""A small image that can't be changed."""

import numpy as np
from rich.segment import Segment

from fmnist_tui.data.image_types import GrayImage
from fmnist_tui.datasets import SIDE
from fmnist_tui.tui.widgets.image import image_drawer, resized
from fmnist_tui.tui.widgets.line_widget import LineWidget


class Thumbnail(LineWidget):
    """Shows an image at full size, or at half of it if the widget is narrower."""

    DEFAULT_CLASSES = "panel"
    COMPONENT_CLASSES = {"thumbnail--image"}

    def __init__(self) -> None:
        super().__init__()
        self._image: GrayImage = np.zeros((SIDE, SIDE), np.uint8)

    def show(self, image: GrayImage) -> None:
        """Show an image."""
        self._image = image
        self._drawn.clear()
        self.refresh()

    def draw_line(self, y: int) -> list[Segment]:
        side = SIDE if self.size.width >= SIDE else SIDE // 2
        if side not in self._drawn:
            self._drawn[side] = image_drawer(self, "thumbnail--image")(resized(self._image, side))
        lines = self._drawn[side]
        return lines[y] if y < len(lines) else []
