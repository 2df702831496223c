"""What a network said of each image of a split: kept beside the report, so that more can be asked of it later.

All in numpy, so that the interface can look things up in it without torch.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from fmnist_tui.atomic_files import read_whole, write_whole
from fmnist_tui.data.images import Indices
from fmnist_tui.errors import UserError
from fmnist_tui.models import CLASSES
from fmnist_tui.sanitize import quote

MAX_FILE_BYTES = 60_000 * (CLASSES * 4 + 8) + 10_000
"""Bytes: the predictions of all training images, and the file's heading."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """The answers for all images of a split, in the split's order.

    Attributes:
        labels: int64 [n], the true classes.
        logits: float32 [n, classes].
    """

    labels: NDArray[np.int64]
    logits: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """[n, classes]; each row adds up to 1."""
        exponentials = np.exp(self.logits.astype(np.float64) - self.logits.max(axis=1, keepdims=True))
        shares: NDArray[np.float64] = exponentials / exponentials.sum(axis=1, keepdims=True)
        return shares

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """[n], the most likely class of each image."""
        classes: NDArray[np.int64] = self.logits.argmax(axis=1).astype(np.int64)
        return classes

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """[n], the probability of that class."""
        highest: NDArray[np.float64] = self.probabilities.max(axis=1)
        return highest

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """[n], the cross-entropy of each image in nats."""
        logits = self.logits.astype(np.float64)
        highest = logits.max(axis=1)
        total = highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1))
        losses: NDArray[np.float64] = total - logits[np.arange(len(self)), self.labels]
        return losses

    @cached_property
    def is_correct(self) -> NDArray[np.bool_]:
        """[n], whether the most likely class is the true one."""
        right: NDArray[np.bool_] = self.predicted == self.labels
        return right

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """[classes, classes] counts; the row is the true class, the column the predicted one."""
        return np.bincount(self.labels * CLASSES + self.predicted, minlength=CLASSES**2).reshape(CLASSES, CLASSES)

    def in_cell(self, true: int, predicted: int) -> Indices:
        """The images of one cell of the confusion matrix, surest first."""
        return self.by_confidence(np.flatnonzero((self.labels == true) & (self.predicted == predicted)))

    def by_confidence(self, indices: Indices) -> Indices:
        """The same images, surest first."""
        return indices[np.argsort(-self.confidence[indices], kind="stable")]

    def by_loss(self, indices: Indices) -> Indices:
        """The same images, worst first."""
        return indices[np.argsort(-self.losses[indices], kind="stable")]

    def suspects(self) -> Indices:
        """The images that are called wrongly, surest first: some of their labels may be wrong themselves."""
        return self.by_confidence(np.flatnonzero(~self.is_correct))

    def most_confused(self) -> list[tuple[int, int, int]]:
        """Pairs of a true class and another one that it was called, with their number of images; most first."""
        pairs = [
            (true, predicted, int(self.confusion[true, predicted]))
            for true in range(CLASSES)
            for predicted in range(CLASSES)
            if true != predicted and self.confusion[true, predicted]
        ]
        return sorted(pairs, key=lambda pair: -pair[2])

    def write(self, file: Path) -> None:
        """Puts them on disk.

        Raises:
            OSError: It can't be done.
        """
        write_whole(file, save({"labels": self.labels.astype(np.uint8), "logits": self.logits}))

    @classmethod
    def read(cls, file: Path) -> "Predictions":
        """Those that `write` put into a file.

        Raises:
            UserError: It can't be read, or holds something else.
        """
        remedy = "Measure the checkpoint again"
        try:
            tensors = load(read_whole(file, MAX_FILE_BYTES))
            labels, logits = tensors["labels"], tensors["logits"]
        except OSError as error:
            raise UserError(f"can't read {quote(file, 200)}: {error.strerror or error}", remedy) from error
        except (SafetensorError, KeyError, ValueError) as error:
            raise UserError(f"{quote(file, 200)} holds no predictions: {quote(error)}", remedy) from error
        if (
            labels.ndim != 1
            or labels.dtype != np.uint8
            or logits.dtype != np.float32
            or logits.shape != (len(labels), CLASSES)
            or not len(labels)
            or labels.max() >= CLASSES
            or not np.isfinite(logits).all()
        ):
            raise UserError(f"{quote(file, 200)} holds no predictions of this program", remedy)
        return cls(labels.astype(np.int64), logits)
