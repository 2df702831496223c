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
        test_files: The idx files of the test images and their labels, to check the network with; None for the last
            images of the training file.
    """

    images_file: Path
    labels_file: Path
    count: int
    test_files: tuple[Path, Path] | None = None

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
        """Return the accuracy of `predict` on the images to check it with.

        Args:
            predict: Takes normalized images [n, 28, 28] and returns their classes [n].
        """
        pixels, labels = self._checked
        return float((np.asarray(predict(normalize(pixels))) == labels).mean())

    @cached_property
    def _checked(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        if self.test_files is None:
            return self._all_pixels[-HELD_OUT:], self._all_labels[-HELD_OUT:]
        return _pixels(self.test_files[0]), _labels(self.test_files[1])

    @cached_property
    def _all_pixels(self) -> NDArray[np.uint8]:
        return _pixels(self.images_file)

    @cached_property
    def _all_labels(self) -> NDArray[np.int64]:
        return _labels(self.labels_file)


def normalize(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return normalized pixels."""
    return (pixels.astype(np.float32) * np.float32(1 / 255) - np.float32(PIXEL_MEAN)) / np.float32(PIXEL_DEVIATION)


def _pixels(file: Path) -> NDArray[np.uint8]:
    return _idx(file, 16).reshape(-1, 28, 28)


def _labels(file: Path) -> NDArray[np.int64]:
    return _idx(file, 8).astype(np.int64)


def _idx(file: Path, header: int) -> NDArray[np.uint8]:
    content = file.read_bytes()
    if file.suffix == ".gz":
        content = gzip.decompress(content)
    # a copy, for torch warns of arrays that can't be written to
    return np.frombuffer(content, dtype=np.uint8, offset=header).copy()
