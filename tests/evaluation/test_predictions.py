"""Confusion matrices, losses and orders computed from predictions."""

from pathlib import Path

import numpy as np
import pytest
import sklearn.metrics
import torch
from made_up_predictions import make_predictions
from safetensors.numpy import save_file
from torch.nn import functional

from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.predictions import Predictions


def test_the_confusion_matrix_is_scikit_learns() -> None:
    predictions = make_predictions()
    expected = sklearn.metrics.confusion_matrix(predictions.labels, predictions.predicted, labels=range(10))
    assert np.array_equal(predictions.confusion, expected)


def test_probabilities_and_losses_are_torchs_also_for_huge_logits() -> None:
    plain = make_predictions()
    for predictions in (plain, Predictions(plain.labels, plain.logits * 300)):
        logits, labels = torch.from_numpy(predictions.logits).double(), torch.from_numpy(predictions.labels)
        assert predictions.probabilities == pytest.approx(logits.softmax(dim=1).numpy())
        assert predictions.losses == pytest.approx(functional.cross_entropy(logits, labels, reduction="none").numpy())


def test_a_cell_holds_exactly_its_images_most_confident_first() -> None:
    predictions = make_predictions()
    for true in range(10):
        for predicted in range(10):
            cell = predictions.in_cell(true, predicted)
            assert len(cell) == predictions.confusion[true, predicted]
            assert set(predictions.labels[cell]) <= {true}
            assert set(predictions.predicted[cell]) <= {predicted}
            assert (np.diff(predictions.confidence[cell]) <= 0).all()


def test_errors_are_sorted_most_confident_first_and_losses_highest_first() -> None:
    predictions = make_predictions()
    errors = predictions.errors()
    assert not predictions.is_correct[errors].any()
    assert len(errors) == len(predictions) - predictions.is_correct.sum()
    assert (np.diff(predictions.confidence[errors]) <= 0).all()
    assert (np.diff(predictions.losses[predictions.by_loss(errors)]) <= 0).all()


def test_confused_pairs_are_sorted_by_count_without_the_diagonal() -> None:
    predictions = make_predictions()
    pairs = predictions.most_confused()
    assert sum(images for _true, _predicted, images in pairs) == len(predictions.errors())
    assert [images for *_pair, images in pairs] == sorted((images for *_pair, images in pairs), reverse=True)
    assert all(true != predicted for true, predicted, _images in pairs)


def test_predictions_round_trip_through_their_file(tmp_path: Path) -> None:
    predictions = make_predictions()
    (tmp_path / "saved.safetensors").write_bytes(predictions.to_bytes())
    read = Predictions.read(tmp_path / "saved.safetensors")
    assert np.array_equal(read.labels, predictions.labels)
    assert np.array_equal(read.logits, predictions.logits)


GOOD = {"labels": np.arange(10, dtype=np.uint8), "logits": np.zeros((10, 10), np.float32)}
BAD = {
    "no logits": {"labels": GOOD["labels"]},
    "other numbers of images": {**GOOD, "labels": np.zeros(9, np.uint8)},
    "no images": {"labels": np.zeros(0, np.uint8), "logits": np.zeros((0, 10), np.float32)},
    "a class that is none": {**GOOD, "labels": np.full(10, 10, np.uint8)},
    "nan": {**GOOD, "logits": np.full((10, 10), np.nan, np.float32)},
    "other kinds of numbers": {**GOOD, "logits": np.zeros((10, 10), np.float64)},
    "a number instead of a list": {**GOOD, "labels": np.array(3, np.uint8)},
    "other shape": {**GOOD, "labels": np.zeros((10, 1), np.uint8)},
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_holds_something_else_is_refused_in_one_line(kind: str, tmp_path: Path) -> None:
    save_file(BAD[kind], tmp_path / "other.safetensors")
    with pytest.raises(UserError, match=r"holds no predictions.*Evaluate the checkpoint again"):
        Predictions.read(tmp_path / "other.safetensors")


def test_a_file_that_is_damaged_or_gone_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "saved.safetensors"
    with pytest.raises(UserError, match="can't read"):
        Predictions.read(file)
    content = make_predictions().to_bytes()
    for cut in (0, 1, 8, 100, len(content) - 1):
        file.write_bytes(content[:cut])
        with pytest.raises(UserError, match="holds no predictions"):
            Predictions.read(file)
