"""Made-up predictions."""

import numpy as np

from fmnist_tui.evaluation.predictions import Predictions


def make_predictions(images: int = 500, *, seed: int = 0, skill: float = 1.5, labels_seed: int = 0) -> Predictions:
    """Return predictions that are correct more often the higher `skill` is; equal `labels_seed`s give equal labels."""
    labels = np.random.default_rng(labels_seed).integers(0, 10, images)
    logits = np.random.default_rng(seed).normal(size=(images, 10)).astype(np.float32)
    logits[np.arange(images), labels] += skill
    return Predictions(labels, logits)
