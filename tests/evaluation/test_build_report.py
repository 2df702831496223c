import numpy as np
import pytest
import sklearn.metrics
from made_up_predictions import make_predictions
from sklearn.calibration import calibration_curve

from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.evaluation.build_report import CALIBRATION_BINS, build_report, calibration
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.evaluation.report import Report, Subject

SUBJECT = Subject(run="a-run", model="cnn", checkpoint="best", epoch=4, dataset="demo", split="test")


def report_on(predictions: Predictions) -> Report:
    return build_report(SUBJECT, predictions, FASHION_MNIST.classes)


@pytest.mark.parametrize("skill", [0.0, 2.0, 6.0])
def test_every_figure_equals_scikit_learns(skill: float) -> None:
    predictions = make_predictions(2000, skill=skill)
    labels, predicted = predictions.labels, predictions.predicted
    report = report_on(predictions)
    scores = sklearn.metrics.precision_recall_fscore_support(labels, predicted, labels=range(10), zero_division=0)
    for score, *expected in zip(report.classes, *scores, strict=True):
        assert (score.precision, score.recall, score.f1, score.support) == pytest.approx(expected, abs=1e-12)
    assert np.array_equal(report.confusion, sklearn.metrics.confusion_matrix(labels, predicted, labels=range(10)))
    assert report.accuracy == sklearn.metrics.accuracy_score(labels, predicted) == report.correct / report.images
    assert report.low < report.accuracy < report.high
    top2 = sklearn.metrics.top_k_accuracy_score(labels, predictions.logits, k=2, labels=range(10))
    assert report.top2 == pytest.approx(top2)
    loss = sklearn.metrics.log_loss(labels, predictions.probabilities, labels=range(10))
    assert report.loss == pytest.approx(loss, abs=1e-6)


def test_a_class_without_images_or_predictions_scores_zero_as_in_scikit_learn() -> None:
    logits = np.zeros((3, 10), np.float32)
    logits[:, 1] = 1.0
    predictions = Predictions(np.array([0, 1, 1]), logits)
    report = report_on(predictions)
    expected = sklearn.metrics.precision_recall_fscore_support(
        predictions.labels, predictions.predicted, labels=range(10), zero_division=0
    )
    for score, *figures in zip(report.classes, *expected, strict=True):
        assert [score.precision, score.recall, score.f1, score.support] == pytest.approx(figures)


def test_ties_between_logits_are_broken_by_the_lower_class() -> None:
    predictions = Predictions(np.array([0, 1, 2]), np.zeros((3, 10), np.float32))
    assert predictions.is_in_top(2).tolist() == [True, True, False]
    assert predictions.is_correct.tolist() == predictions.is_in_top(1).tolist() == [True, False, False]


@pytest.mark.parametrize("skill", [0.0, 2.0, 6.0])
@pytest.mark.parametrize("seed", range(3))
def test_calibration_equals_scikit_learns_curve(skill: float, seed: int) -> None:
    predictions = make_predictions(2000, seed=seed, skill=skill)
    accuracy, confidence = calibration_curve(
        predictions.is_correct, predictions.confidence, n_bins=CALIBRATION_BINS, strategy="uniform"
    )
    found = calibration(predictions)
    filled = [one for one in found.bins if one.images]
    assert [one.accuracy for one in filled] == pytest.approx(accuracy)
    assert [one.confidence for one in filled] == pytest.approx(confidence)
    weights = np.array([one.images for one in filled]) / len(predictions)
    assert found.expected_error == pytest.approx(float(np.sum(weights * np.abs(accuracy - confidence))), abs=1e-6)


def test_calibration_bins_cover_all_images_and_contain_their_confidence() -> None:
    predictions = make_predictions(2000, skill=2.0)
    found = calibration(predictions)
    assert len(found.bins) == CALIBRATION_BINS
    assert sum(one.images for one in found.bins) == len(predictions)
    assert all(not one.images or one.low <= one.confidence <= one.high for one in found.bins)
    assert found.bins[0].images == 0, "the most likely of ten classes has a probability of a tenth at least"


def test_a_network_that_is_always_confident_and_correct_has_no_calibration_error() -> None:
    labels = np.tile(np.arange(10), 7)
    found = calibration(Predictions(labels, 1000 * np.eye(10, dtype=np.float32)[labels]))
    assert found.expected_error == 0.0
    assert found.bins[-1].images == 70
