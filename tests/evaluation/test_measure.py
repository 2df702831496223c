from pathlib import Path

import pytest
import sklearn.metrics
import torch
from pydantic import ValidationError
from safetensors.torch import save_file
from statsmodels.stats.proportion import proportion_confint

from fmnist_tui.checkpoints.manifest import CheckpointMetadata, TrainingProgress, manifest_file
from fmnist_tui.checkpoints.store import save_checkpoint
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.interval import wilson_interval
from fmnist_tui.evaluation.measure import EvaluationCancelled, measure, measure_state_dict
from fmnist_tui.evaluation.report import Report


@pytest.fixture
def checkpoint(tmp_path: Path, small_dataset: Dataset) -> Path:
    """A network that was never trained, which has some right and much wrong."""
    torch.manual_seed(5)
    config = RunConfig.from_preset("fast", "mlp")
    facts = CheckpointMetadata(
        run="a-run",
        config=config,
        epoch=4,
        step=10,
        precision="fp32",
        threads=2,
        dataset="demo",
        dataset_fingerprint=small_dataset.fingerprint,
        validation_accuracy=0.1,
        validation_loss=2.3,
        progress=TrainingProgress(),
    )
    save_checkpoint(tmp_path, facts, weights=config.model.build().state_dict(), trainer={}, names=["best"])
    return manifest_file(tmp_path, "best")


def test_the_figures_follow_from_the_confusion_matrix(checkpoint: Path, small_dataset: Dataset) -> None:
    report = measure(checkpoint, small_dataset, "test").report
    matrix = torch.tensor(report.confusion)
    assert int(matrix.sum()) == report.images == 300
    assert report.correct == int(matrix.diag().sum())
    assert report.accuracy == report.correct / 300
    assert report.low < report.accuracy < report.high
    for index, score in enumerate(report.classes):
        right, predicted, support = int(matrix[index, index]), int(matrix[:, index].sum()), int(matrix[index].sum())
        precision, recall = right / predicted if predicted else 0.0, right / support
        assert score.support == support == 30
        assert score.precision == pytest.approx(precision)
        assert score.recall == pytest.approx(recall)
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        assert score.f1 == pytest.approx(f1)
    assert (report.run, report.checkpoint, report.epoch, report.dataset) == ("a-run", "best", 4, "demo")


def test_every_figure_is_scikit_learns_on_the_same_answers(checkpoint: Path, small_dataset: Dataset) -> None:
    measurement = measure(checkpoint, small_dataset, "test")
    report, answers = measurement.report, measurement.predictions
    assert torch.equal(torch.from_numpy(answers.labels), small_dataset.test.labels)
    precision, recall, f1, support = sklearn.metrics.precision_recall_fscore_support(
        answers.labels, answers.predicted, labels=range(10), zero_division=0
    )
    for index, score in enumerate(report.classes):
        expected = (precision[index], recall[index], f1[index], support[index])
        assert (score.precision, score.recall, score.f1, score.support) == pytest.approx(expected)
    assert report.accuracy == sklearn.metrics.accuracy_score(answers.labels, answers.predicted)
    assert report.top2 == pytest.approx(
        sklearn.metrics.top_k_accuracy_score(answers.labels, answers.logits, k=2, labels=range(10))
    )
    assert report.loss == pytest.approx(
        sklearn.metrics.log_loss(answers.labels, answers.probabilities, labels=range(10)), rel=1e-5
    )


def test_a_report_survives_its_json(checkpoint: Path, small_dataset: Dataset) -> None:
    report = measure(checkpoint, small_dataset, "validation").report
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_progress_is_told_to_the_end(checkpoint: Path, small_dataset: Dataset) -> None:
    told: list[tuple[int, int]] = []
    measure(checkpoint, small_dataset, "train", on_progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (600, 600)


def test_it_can_be_cancelled(checkpoint: Path, small_dataset: Dataset) -> None:
    with pytest.raises(EvaluationCancelled):
        measure(checkpoint, small_dataset, "test", should_stop=lambda: True)


def test_other_images_than_those_of_the_training_are_refused(checkpoint: Path, small_dataset: Dataset) -> None:
    other = Dataset(
        name="fashion-mnist",
        origin="elsewhere",
        fingerprint="1" * 64,
        train=small_dataset.train,
        validation=small_dataset.validation,
        test=small_dataset.test,
    )
    with pytest.raises(UserError, match="trained on demo images"):
        measure(checkpoint, other, "test")


def test_the_interval_is_wilsons() -> None:
    # the worked example of a 95 % interval for 8 of 10, to four places
    assert wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson_interval(9_159, 10_000) == pytest.approx((0.9103, 0.9212), abs=1e-4)


@pytest.mark.parametrize(("correct", "images"), [(0, 1), (1, 1), (3, 7), (8_441, 10_000), (9_999, 10_000)])
def test_the_interval_is_statsmodels(correct: int, images: int) -> None:
    expected = proportion_confint(correct, images, alpha=0.05, method="wilson")
    assert wilson_interval(correct, images) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("images", [1, 2, 10_000])
def test_the_interval_stays_between_nothing_and_all(images: int) -> None:
    for correct in (0, 1, images):
        low, high = wilson_interval(correct, images)
        assert 0.0 <= low <= correct / images <= high <= 1.0


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64, torch.bfloat16, torch.int8])
def test_weights_in_another_number_format_are_refused_in_one_line(
    dtype: torch.dtype, tmp_path: Path, small_dataset: Dataset
) -> None:
    config = RunConfig.from_preset("fast", "mlp")
    weights = {name: tensor.to(dtype) for name, tensor in config.model.build().state_dict().items()}
    save_file(weights, tmp_path / "weights.safetensors")
    with pytest.raises(UserError, match=rf"{str(dtype).removeprefix('torch.')}, not float32.*Save them as float32"):
        measure_state_dict(tmp_path / "weights.safetensors", config, small_dataset, "validation")


def test_predictions_that_are_not_finite_are_refused_before_they_count(tmp_path: Path, small_dataset: Dataset) -> None:
    config = RunConfig.from_preset("fast", "logistic")
    weights = {name: tensor * torch.inf for name, tensor in config.model.build().state_dict().items()}
    save_file(weights, tmp_path / "weights.safetensors")
    with pytest.raises(UserError, match="predicts nan or infinite numbers"):
        measure_state_dict(tmp_path / "weights.safetensors", config, small_dataset, "test")


@pytest.mark.parametrize("field", ["time", "loss", "seconds", "accuracy"])
@pytest.mark.parametrize("value", ["Infinity", "-Infinity", "NaN", "1e400"])
def test_a_report_with_numbers_that_are_not_finite_is_none(
    field: str, value: str, checkpoint: Path, small_dataset: Dataset
) -> None:
    report = measure(checkpoint, small_dataset, "validation").report
    text = report.model_dump_json().replace(f'"{field}":', f'"{field}":{value},"was":', 1)
    with pytest.raises(ValidationError):
        Report.model_validate_json(text)
