"""All figures of a report, computed from the predictions in numpy."""

import numpy as np

from fmnist_tui import metrics
from fmnist_tui.confidence_interval import wilson_interval
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.evaluation.report import Calibration, CalibrationBin, ClassScore, Report, Subject

CALIBRATION_BINS = 15
"""Of equal width, as in C. Guo et al., "On calibration of modern neural networks" (2017)."""


def build_report(
    subject: Subject, predictions: Predictions, class_names: tuple[str, ...], *, seconds: float = 0.0
) -> Report:
    """Return the report on the predictions for `subject`, which were made in `seconds`."""
    confusion, images, correct = predictions.confusion, len(predictions), int(predictions.is_correct.sum())
    low, high = wilson_interval(correct, images)
    scores = (metrics.precision(confusion), metrics.recall(confusion), metrics.f1(confusion), confusion.sum(axis=1))
    return Report(
        **subject.model_dump(),
        images=images,
        correct=correct,
        accuracy=correct / images,
        low=low,
        high=high,
        loss=float(predictions.losses.mean()),
        top2=float(predictions.is_in_top(2).mean()),
        calibration=calibration(predictions),
        classes=tuple(
            ClassScore(name=name, precision=precision, recall=recall, f1=f1, support=support)
            for name, precision, recall, f1, support in zip(class_names, *(s.tolist() for s in scores), strict=True)
        ),
        confusion=tuple(map(tuple, confusion.tolist())),
        seconds=seconds,
    )


def calibration(predictions: Predictions) -> Calibration:
    """Return how well the confidence of the predictions matches their accuracy."""
    edges = np.linspace(0.0, 1.0, CALIBRATION_BINS + 1)
    # A bin includes its upper edge; the lowest bin includes both of its edges.
    places = np.digitize(predictions.confidence, edges[1:-1], right=True)
    images = np.bincount(places, minlength=CALIBRATION_BINS)
    confidence, accuracy = (
        np.bincount(places, weights=values, minlength=CALIBRATION_BINS) / np.maximum(images, 1)
        for values in (predictions.confidence, predictions.is_correct)
    )
    columns = (edges[:-1], edges[1:], images, confidence, accuracy)
    return Calibration(
        expected_error=float((images * np.abs(accuracy - confidence)).sum() / max(1, len(predictions))),
        bins=tuple(
            CalibrationBin(low=low, high=high, images=count, confidence=mean, accuracy=share)
            for low, high, count, mean, share in zip(*(column.tolist() for column in columns), strict=True)
        ),
    )
