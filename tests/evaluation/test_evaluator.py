from pathlib import Path

import configs
import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import save_file

from fmnist_tui.checkpoints.manifest import CheckpointMetadata, manifest_file
from fmnist_tui.checkpoints.progress import TrainingProgress
from fmnist_tui.checkpoints.store import save_checkpoint
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.evaluator import evaluate, evaluate_state_dict
from fmnist_tui.evaluation.report import Report


@pytest.fixture
def checkpoint(tmp_path: Path, small_dataset: Dataset) -> Path:
    """Return an untrained network, which predicts a few images correctly."""
    torch.manual_seed(5)
    config = configs.MLP
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


def test_the_report_is_computed_from_the_predictions(checkpoint: Path, small_dataset: Dataset) -> None:
    evaluation = evaluate(checkpoint, small_dataset, "test")
    report, predictions = evaluation.report, evaluation.predictions
    assert torch.equal(torch.from_numpy(predictions.labels), small_dataset.test.labels)
    assert (report.run, report.checkpoint, report.epoch, report.dataset) == ("a-run", "best", 4, "demo")
    assert report.images == 300
    assert report.correct == predictions.is_correct.sum()
    assert [score.support for score in report.classes] == [30] * 10


def test_a_report_round_trips_through_json(checkpoint: Path, small_dataset: Dataset) -> None:
    report = evaluate(checkpoint, small_dataset, "validation").report
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_progress_is_reported_to_the_end(checkpoint: Path, small_dataset: Dataset) -> None:
    reported: list[tuple[int, int]] = []
    evaluate(checkpoint, small_dataset, "train", on_progress=lambda done, total: reported.append((done, total)))
    assert reported[-1] == (600, 600)


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
        evaluate(checkpoint, other, "test")


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64, torch.bfloat16, torch.int8])
def test_weights_in_another_number_format_are_refused_in_one_line(
    dtype: torch.dtype, tmp_path: Path, small_dataset: Dataset
) -> None:
    config = configs.MLP
    weights = {name: tensor.to(dtype) for name, tensor in config.model.build().state_dict().items()}
    save_file(weights, tmp_path / "weights.safetensors")
    with pytest.raises(UserError, match=rf"{str(dtype).removeprefix('torch.')}, not float32.*Save them as float32"):
        evaluate_state_dict(tmp_path / "weights.safetensors", config, small_dataset, "validation")


def test_non_finite_predictions_are_refused_before_they_count(tmp_path: Path, small_dataset: Dataset) -> None:
    config = RunConfig.from_preset("fast", "logistic")
    weights = {name: tensor * torch.inf for name, tensor in config.model.build().state_dict().items()}
    save_file(weights, tmp_path / "weights.safetensors")
    with pytest.raises(UserError, match="predicts nan or infinite numbers"):
        evaluate_state_dict(tmp_path / "weights.safetensors", config, small_dataset, "test")


@pytest.mark.parametrize("field", ["time", "loss", "seconds", "accuracy"])
@pytest.mark.parametrize("value", ["Infinity", "-Infinity", "NaN", "1e400"])
def test_a_stored_report_with_non_finite_numbers_is_ignored(
    field: str, value: str, checkpoint: Path, small_dataset: Dataset
) -> None:
    report = evaluate(checkpoint, small_dataset, "validation").report
    text = report.model_dump_json().replace(f'"{field}":', f'"{field}":{value},"was":', 1)
    with pytest.raises(ValidationError):
        Report.model_validate_json(text)
