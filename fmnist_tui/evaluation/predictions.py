"""A network's predictions for a split, saved beside the report, so that more can be computed from them later.

All in numpy, so that the interface can use them without torch.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from fmnist_tui.atomic_files import read_whole
from fmnist_tui.data.image_types import Indices
from fmnist_tui.datasets import CLASSES
from fmnist_tui.errors import UserError
from fmnist_tui.metrics import Confusion, confusion_matrix
from fmnist_tui.sanitize import quote

TOP_CLASSES = 3
"""The number of most likely classes that are shown with an image."""

MAX_PAIRS = 10
"""The number of most confused pairs of classes that are shown."""

MAX_FILE_BYTES = 60_000 * (CLASSES * 4 + 8) + 10_000
"""Bytes: the predictions for all training images, and the file's header."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """The predictions for all images of a split, in the split's order.

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
        """[n, classes], the softmax of the logits."""
        exponentials = np.exp(self.logits.astype(np.float64) - self.logits.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """[n], the most likely class of each image."""
        return np.asarray(self.logits.argmax(axis=1), np.int64)

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """[n], the probability of the predicted class."""
        return np.asarray(self.probabilities.max(axis=1))

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """[n], the cross-entropy of each image in nats."""
        logits = self.logits.astype(np.float64)
        highest = logits.max(axis=1)
        total = highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1))
        return np.asarray(total - logits[np.arange(len(self)), self.labels])

    @cached_property
    def is_correct(self) -> NDArray[np.bool_]:
        """[n], whether the predicted class is the true one."""
        return np.asarray(self.predicted == self.labels)

    @cached_property
    def confusion(self) -> Confusion:
        """[classes, classes] counts; the row is the true class, the column the predicted one."""
        return confusion_matrix(self.labels, self.predicted, self.logits.shape[1])

    def is_in_top(self, k: int) -> NDArray[np.bool_]:
        """Return [n], whether the true class is among the `k` most likely ones."""
        top = np.argsort(-self.logits, axis=1, kind="stable")[:, :k]  # ties go to the lower class, as in `predicted`
        return np.asarray((top == self.labels[:, None]).any(axis=1))

    def in_cell(self, true: int, predicted: int) -> Indices:
        """Return the images in one cell of the confusion matrix, most confident first."""
        return self.by_confidence(np.flatnonzero((self.labels == true) & (self.predicted == predicted)))

    def by_confidence(self, indices: Indices) -> Indices:
        """Return `indices`, most confident first."""
        return indices[np.argsort(-self.confidence[indices], kind="stable")]

    def by_loss(self, indices: Indices) -> Indices:
        """Return `indices`, highest loss first."""
        return indices[np.argsort(-self.losses[indices], kind="stable")]

    def errors(self) -> Indices:
        """Return the incorrectly predicted images, most confident first: some of their labels may be wrong."""
        return self.by_confidence(np.flatnonzero(~self.is_correct))

    def most_confused(self) -> list[tuple[int, int, int]]:
        """Return the pairs of a true and another, predicted class with their number of images, most images first."""
        errors = self.confusion - np.diag(self.confusion.diagonal())
        pairs = [(true, predicted, int(errors[true, predicted])) for true, predicted in np.argwhere(errors).tolist()]
        return sorted(pairs, key=lambda pair: -pair[2])

    def to_bytes(self) -> bytes:
        """Return the content of a file that `read` can read."""
        return save({"labels": self.labels.astype(np.uint8), "logits": self.logits})

    @classmethod
    def read(cls, file: Path) -> "Predictions":
        """Return the predictions in a file of `to_bytes`.

        Raises:
            UserError: The file can't be read, or holds something else.
        """
        remedy = "Evaluate the checkpoint again"
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
            raise UserError(f"{quote(file, 200)} holds no predictions of fmnist-tui", remedy)
        return cls(labels.astype(np.int64), logits)
