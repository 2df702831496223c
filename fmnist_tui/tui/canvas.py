"""A picture in the making: strokes of a soft round brush, and the way back."""

from enum import Enum

import numpy as np

from fmnist_tui.data.images import GrayImage
from fmnist_tui.datasets import SIDE

MAX_UNDO_STEPS = 100

MAX_WIDTH = 8.0
"""Pixels across."""


class Pen(Enum):
    """What the pen does where it is moved."""

    UP = "up"
    DRAWS = "draws"
    ERASES = "erases"


class Canvas:
    """28×28 pixels, from the empty background to full brightness.

    Attributes:
        picture: As it is now; a new array after each change.
    """

    def __init__(self) -> None:
        self.picture: GrayImage = np.zeros((SIDE, SIDE), np.uint8)
        self._before: list[GrayImage] = []

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing but background."""
        return not self.picture.any()

    def remember(self) -> None:
        """Makes the picture as it is one that `undo` goes back to."""
        if not self._before or not np.array_equal(self._before[-1], self.picture):
            self._before = [*self._before[1 - MAX_UNDO_STEPS :], self.picture]

    def undo(self) -> None:
        """Goes back to what was last remembered and is another picture than now."""
        while self._before:
            before = self._before.pop()
            if not np.array_equal(before, self.picture):
                self.picture = before
                return

    def put(self, picture: GrayImage) -> None:
        """Takes another picture in place of this one."""
        self.remember()
        self.picture = picture

    def stroke(self, start: tuple[float, float], end: tuple[float, float], width: float, pen: Pen) -> None:
        """Moves the pen in a straight line.

        Args:
            start: Column and row of the first pixel.
            end: Likewise of the last.
            width: Of the brush, in pixels; its rim is soft.
            pen: What it does on its way.
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
            changed = np.maximum(self.picture, 255 * strength)
        else:
            changed = np.minimum(self.picture, 255 * (1 - strength))
        self.picture = np.rint(changed).astype(np.uint8)
