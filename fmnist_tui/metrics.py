"""Classification metrics from a confusion matrix, in numpy. They equal scikit-learn's with `zero_division=0`."""

import numpy as np
from numpy.typing import NDArray

Confusion = NDArray[np.int64]
"""[classes, classes] counts of images; rows are the true classes, columns the predicted ones."""

Scores = NDArray[np.float64]
"""[classes]"""


def confusion_matrix(labels: NDArray[np.int64], predicted: NDArray[np.int64], classes: int) -> Confusion:
    """Return the confusion matrix of `labels` [n] and `predicted` [n]."""
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


def recall(confusion: Confusion) -> Scores:
    """Return the share of each class's images that were predicted correctly."""
    return _ratio(confusion.diagonal(), confusion.sum(axis=1))


def precision(confusion: Confusion) -> Scores:
    """Return the share of the images predicted as each class that belong to it."""
    return _ratio(confusion.diagonal(), confusion.sum(axis=0))


def f1(confusion: Confusion) -> Scores:
    """Return the harmonic mean of each class's precision and recall."""
    return _ratio(2 * confusion.diagonal(), confusion.sum(axis=0) + confusion.sum(axis=1))


def _ratio(counts: NDArray[np.int64], totals: NDArray[np.int64]) -> Scores:
    return np.asarray(counts / np.maximum(totals, 1), np.float64)
