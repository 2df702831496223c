"""An image to draw on: strokes of a soft round brush, and undo."""

from enum import Enum

import numpy as np

from fmnist_tui.data.image_types import GrayImage
from fmnist_tui.datasets import SIDE

MAX_UNDO_STEPS = 100

MAX_WIDTH = 8.0
"""The largest width of the brush in pixels."""


class Pen(Enum):
    """What the pen does when it is moved."""

    UP = "up"
    DRAWS = "draws"
    ERASES = "erases"


class Canvas:
    """A 28×28 image with undo.

    Attributes:
        image: The current image; a new array after each change.
    """

    def __init__(self) -> None:
        self.image: GrayImage = np.zeros((SIDE, SIDE), np.uint8)
        self._before: list[GrayImage] = []

    @property
    def is_empty(self) -> bool:
        """Whether all pixels are background."""
        return not self.image.any()

    def remember(self) -> None:
        """Save the image for `undo`."""
        if not self._before or not np.array_equal(self._before[-1], self.image):
            self._before = [*self._before[1 - MAX_UNDO_STEPS :], self.image]

    def undo(self) -> None:
        """Restore the last saved image that differs from the current one."""
        while self._before:
            before = self._before.pop()
            if not np.array_equal(before, self.image):
                self.image = before
                return

    def put(self, image: GrayImage) -> None:
        """Replace the image."""
        self.remember()
        self.image = image

    def stroke(self, start: tuple[float, float], end: tuple[float, float], width: float, pen: Pen) -> None:
        """Move the pen in a straight line.

        Args:
            start: Column and row of the first pixel.
            end: Column and row of the last pixel.
            width: The width of the brush in pixels; its edge is soft.
            pen: The pen's mode.
        """
        if pen is Pen.UP:
            return
        rows, columns = np.mgrid[:SIDE, :SIDE]
        (x, y), (across, down) = start, (end[0] - start[0], end[1] - start[1])
        length = across**2 + down**2
        # How far along the line the nearest point to each pixel lies, from 0 to 1.
        along = np.clip(((columns - x) * across + (rows - y) * down) / length, 0, 1) if length else 0.0
        distances = np.hypot(columns - x - along * across, rows - y - along * down)
        strength = np.clip(width / 2 + 0.5 - distances, 0, 1)
        if pen is Pen.DRAWS:
            changed = np.maximum(self.image, 255 * strength)
        else:
            changed = np.minimum(self.image, 255 * (1 - strength))
        self.image = np.rint(changed).astype(np.uint8)
