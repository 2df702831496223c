import pytest
import torch
from answers import answers
from torch import Tensor
from torchmetrics.functional.classification import multiclass_calibration_error

from fmnist_tui.evaluation.calibration import BINS, calibration_of


def shares(skill: float, seed: int) -> tuple[Tensor, Tensor]:
    predictions = answers(2000, seed=seed, skill=skill)
    return torch.from_numpy(predictions.logits).softmax(dim=1), torch.from_numpy(predictions.labels)


@pytest.mark.parametrize("skill", [0.0, 2.0, 6.0])
def test_the_expected_error_is_torchmetrics(skill: float) -> None:
    for seed in range(3):
        probabilities, labels = shares(skill, seed)
        expected = multiclass_calibration_error(probabilities, labels, num_classes=10, n_bins=BINS, norm="l1")
        assert calibration_of(probabilities, labels).expected_error == pytest.approx(float(expected), abs=1e-6)


def test_bins_cover_all_images_and_their_figures_lie_in_them() -> None:
    probabilities, labels = shares(2.0, 0)
    calibration = calibration_of(probabilities, labels)
    assert len(calibration.bins) == BINS
    assert sum(one.images for one in calibration.bins) == len(labels)
    for one in calibration.bins:
        assert not one.images or one.low <= one.confidence <= one.high
        assert 0.0 <= one.accuracy <= 1.0
    assert calibration.bins[0].images == 0, "of ten classes the most likely has at least a tenth"


def test_a_network_that_is_always_sure_and_right_has_no_error() -> None:
    labels = torch.arange(10).repeat(7)
    probabilities = torch.nn.functional.one_hot(labels, 10).float()
    calibration = calibration_of(probabilities, labels)
    assert calibration.expected_error == 0.0
    assert calibration.bins[-1].images == 70
