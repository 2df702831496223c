"""Fashion-MNIST as numpy arrays, read without any of the libraries that are measured."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PIXEL_MEAN, PIXEL_DEVIATION = 0.2860, 0.3530

HELD_OUT = 10_000
"""The last images of the file, which the peers do not train on."""


@dataclass(frozen=True)
class Images:
    """The first `count` training images and their labels, and others to check the trained network with.

    Attributes:
        images_file: The idx file of the training images, packed by gzip or not.
        labels_file: That of their labels.
        count: How many are trained on.
    """

    images_file: Path
    labels_file: Path
    count: int

    @cached_property
    def pixels(self) -> NDArray[np.uint8]:
        """[count, 28, 28], as they are in the file."""
        return self._all_pixels[: self.count]

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        return self._all_labels[: self.count]

    @cached_property
    def normalized(self) -> NDArray[np.float32]:
        """[count, 28, 28] with mean 0 and deviation 1."""
        return normalize(self.pixels)

    def accuracy(self, predict: Callable[[NDArray[np.float32]], NDArray[np.integer]]) -> float:
        """Return the accuracy of `predict` on the held-out images.

        Args:
            predict: Takes normalized images [n, 28, 28] and returns their classes [n].
        """
        predicted = predict(normalize(self._all_pixels[-HELD_OUT:]))
        return float((np.asarray(predicted) == self._all_labels[-HELD_OUT:]).mean())

    @cached_property
    def _all_pixels(self) -> NDArray[np.uint8]:
        return _idx(self.images_file, 16).reshape(-1, 28, 28)

    @cached_property
    def _all_labels(self) -> NDArray[np.int64]:
        return _idx(self.labels_file, 8).astype(np.int64)


def normalize(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return normalized pixels."""
    return (pixels.astype(np.float32) * np.float32(1 / 255) - np.float32(PIXEL_MEAN)) / np.float32(PIXEL_DEVIATION)


def _idx(file: Path, header: int) -> NDArray[np.uint8]:
    content = file.read_bytes()
    if file.suffix == ".gz":
        content = gzip.decompress(content)
    # a copy, for torch warns of arrays that can't be written to
    return np.frombuffer(content, dtype=np.uint8, offset=header).copy()
