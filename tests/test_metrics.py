import numpy as np
import pytest
import sklearn.metrics

from fmnist_tui import metrics


@pytest.mark.parametrize("classes", [2, 10])
def test_scores_equal_scikit_learns_even_for_classes_that_are_missing(classes: int) -> None:
    generator = np.random.default_rng(classes)
    labels, predicted = generator.integers(0, classes, (2, 200)) // 2 * 2  # odd classes occur nowhere
    predicted[predicted == 0] = classes - 1  # class 0 is never predicted, and the last has no images
    confusion = metrics.confusion_matrix(labels, predicted, classes)
    expected = sklearn.metrics.precision_recall_fscore_support(
        labels, predicted, labels=range(classes), zero_division=0
    )
    for score, figures in zip((metrics.precision, metrics.recall, metrics.f1), expected, strict=False):
        assert score(confusion) == pytest.approx(figures)
    assert np.array_equal(confusion, sklearn.metrics.confusion_matrix(labels, predicted, labels=range(classes)))
