"""The images of a split in numpy, for display without torch: counts, means, statistics and nearest neighbors."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fmnist_tui.data.image_types import GrayImage, GrayImages, Indices
from fmnist_tui.datasets import CLASSES, dataset_named
from fmnist_tui.errors import UserError

CHUNK = 4_000
"""Images processed at once: few enough that temporary copies stay small."""


@dataclass(frozen=True, slots=True, eq=False)
class Neighbors:
    """The nearest images of an image.

    Attributes:
        places: [k], their positions in the split, nearest first.
        distances: float64 [k], the root mean squared difference of the pixels, on the scale 0 to 1.
    """

    places: Indices
    distances: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ImageSplit:
    """The images of one split.

    Attributes:
        name: The dataset's name.
        images: uint8 [n, 28, 28].
        labels: int64 [n]; indices into `classes`.
    """

    name: str
    images: GrayImages
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the labels."""
        return dataset_named(self.name).classes

    def images_of(self, labels: NDArray[np.int64]) -> GrayImages:
        """Return the images, for predictions on images with these labels.

        Raises:
            UserError: The predictions were made on other images, such as those of a validation set of another size.
        """
        if not np.array_equal(self.labels, labels):
            raise UserError(
                f"the evaluation is of {len(labels):,} other images than the {len(self):,} of this split now",
                "Evaluate the checkpoint again",
            )
        return self.images

    @cached_property
    def counts(self) -> list[int]:
        """The number of images per class."""
        return np.bincount(self.labels, minlength=CLASSES).tolist()  # type: ignore[no-any-return]

    @cached_property
    def means(self) -> GrayImages:
        """The mean image of each class; zeros for a class without images."""
        sums = np.zeros((CLASSES, *self.images.shape[1:]))
        for label, count in enumerate(self.counts):
            if count:
                sums[label] = self.images[self.labels == label].mean(axis=0)
        means: GrayImages = np.rint(sums).astype(np.uint8)
        return means

    @cached_property
    def histogram(self) -> NDArray[np.int64]:
        """The number of pixels for each of the 256 gray values."""
        chunks = (self.images[start : start + CHUNK] for start in range(0, len(self), CHUNK))
        return np.sum([np.bincount(chunk.ravel(), minlength=256) for chunk in chunks], axis=0)  # type: ignore[no-any-return]

    @property
    def pixel_mean(self) -> float:
        """The mean of all pixels, on the scale 0 to 1."""
        return float(self.histogram @ np.arange(256) / self.histogram.sum() / 255)

    @property
    def pixel_deviation(self) -> float:
        """The standard deviation of all pixels, on the scale 0 to 1."""
        mean_square = self.histogram @ np.arange(256) ** 2 / self.histogram.sum() / 255**2
        return float(np.sqrt(mean_square - self.pixel_mean**2))

    @property
    def blank_share(self) -> float:
        """The fraction of pixels that are 0."""
        return float(self.histogram[0] / self.histogram.sum())

    def of_class(self, label: int | None) -> Indices:
        """Return the positions of a class's images, or of all images if `label` is None."""
        return np.arange(len(self)) if label is None else np.flatnonzero(self.labels == label)

    def mean_of(self, label: int | None) -> GrayImage:
        """Return the mean image of a class, or of all images if `label` is None."""
        if label is not None:
            mean: GrayImage = self.means[label]
        else:
            weights = np.array(self.counts) / max(1, len(self))
            mean = np.rint(np.tensordot(weights, self.means, axes=1)).astype(np.uint8)
        return mean

    def neighbors(self, image: GrayImage, count: int, without: int | None = None) -> Neighbors:
        """Return the images that differ least from an image, pixel by pixel.

        Args:
            image: The image to compare with.
            count: Number of neighbors.
            without: The position of an image to leave out, such as the image itself.
        """
        wanted = image.astype(np.int32)
        squares = np.concatenate(
            [
                np.square(self.images[start : start + CHUNK] - wanted).sum(axis=(1, 2), dtype=np.float64)
                for start in range(0, len(self), CHUNK)
            ]
        )
        if without is not None:
            squares[without] = np.inf
        nearest = np.argsort(squares, kind="stable")[: min(count, len(self) - (without is not None))]
        return Neighbors(nearest, np.sqrt(squares[nearest] / image.size) / 255)
