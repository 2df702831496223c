"""Whether a network is as sure as it should be: of the images it is 80 % sure of, are 80 % right?"""

import torch
from torch import Tensor

from fmnist_tui.evaluation.report import Calibration, CalibrationBin

BINS = 15
"""Of equal width, as in C. Guo et al., "On calibration of modern neural networks" (2017)."""


def calibration_of(probabilities: Tensor, labels: Tensor) -> Calibration:
    """The reliability of the most likely class's probability.

    Args:
        probabilities: float [n, classes], each row adding up to 1.
        labels: int64 [n], the true classes.
    """
    confidence, predicted = probabilities.double().max(dim=1)
    edges = torch.linspace(0.0, 1.0, BINS + 1, dtype=torch.float64)
    # A bin holds its upper edge, but for the lowest, which holds both.
    places = torch.bucketize(confidence, edges[1:-1])
    images = torch.bincount(places, minlength=BINS)
    sums = torch.zeros(2, BINS, dtype=torch.float64)
    sums[0].index_add_(0, places, confidence)
    sums[1].index_add_(0, places, (predicted == labels).double())
    mean_confidence, accuracy = (sums / images.clamp(min=1)).tolist()
    bins = tuple(
        CalibrationBin(low=low, high=high, images=count, confidence=sure, accuracy=right)
        for low, high, count, sure, right in zip(
            edges[:-1].tolist(), edges[1:].tolist(), images.tolist(), mean_confidence, accuracy, strict=True
        )
    )
    error = sum(one.images * abs(one.accuracy - one.confidence) for one in bins) / max(1, len(labels))
    return Calibration(expected_error=error, bins=bins)
