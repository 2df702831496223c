"""A checkpoint measured on a split."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from fmnist_tui.checkpoints.manifest import read_manifest
from fmnist_tui.checkpoints.store import network_from, read_weights
from fmnist_tui.config import RunConfig
from fmnist_tui.data.classes import CLASS_NAMES
from fmnist_tui.data.dataset import Dataset, DatasetName
from fmnist_tui.data.splits import Split
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.calibration import calibration_of
from fmnist_tui.evaluation.interval import wilson_interval
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.evaluation.report import ClassScore, Report
from fmnist_tui.evaluation.state_dict import read_state_dict
from fmnist_tui.models import CLASSES
from fmnist_tui.sanitize import quote
from fmnist_tui.training.compute_plan import ComputePlan, Precision, choose_plan
from fmnist_tui.training.contention import ContentionWatch
from fmnist_tui.training.inference import all_logits


class EvaluationCancelled(UserError):
    """The one who asked for the evaluation doesn't want it any more."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What came of measuring a checkpoint: the figures, and the answers that they were made from."""

    report: Report
    predictions: Predictions


def measure(
    manifest_file: Path,
    dataset: Dataset,
    split: Split,
    *,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Measurement:
    """Tests one checkpoint, in the precision it was trained in where this machine has it.

    Args:
        manifest_file: `best.json` or `last.json` of a run.
        dataset: Real or demo, whichever the checkpoint was trained on.
        split: Which of its splits.
        on_progress: Hears images done and images in all.
        should_stop: Asked after each batch.

    Raises:
        UserError: The checkpoint can't be read, or the dataset is not the one it was trained on.
        EvaluationCancelled: `should_stop` said so.
    """
    manifest = read_manifest(manifest_file)
    if manifest.dataset_fingerprint != dataset.fingerprint:
        raise UserError(
            f"run {quote(manifest.run)} was trained on {manifest.dataset} images, "
            f"but these are other {dataset.name} images",
            "Give the data that it was trained on with --data",
        )
    subject = _Subject(manifest.run, manifest_file.stem, manifest.epoch, manifest.config, manifest.precision)
    weights = read_weights(manifest_file.parent, manifest)
    return _measure(subject, weights, dataset, split, on_progress=on_progress, should_stop=should_stop)


def measure_state_dict(
    file: Path,
    config: RunConfig,
    dataset: Dataset,
    split: Split,
    *,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Measurement:
    """Tests the weights in a file of another program, on the images that `config` trains on.

    Args:
        file: A state dict saved by torch or as safetensors.
        config: Its model is what the weights are of.
        dataset: What to measure on.
        split: Which of its splits.
        on_progress: Hears images done and images in all.

    Raises:
        UserError: The file holds no state dict, or one of another model.
    """
    subject = _Subject(file.name, "file", 0, config, "fp32")
    return _measure(subject, read_state_dict(file), dataset, split, on_progress=on_progress, should_stop=lambda: False)


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is measured, as its report names it."""

    run: str
    checkpoint: str
    epoch: int
    config: RunConfig
    precision: Precision


def _measure(
    subject: _Subject,
    weights: Mapping[str, Tensor],
    dataset: Dataset,
    split: Split,
    *,
    on_progress: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> Measurement:
    plan = plan_of(subject.config, subject.precision)
    network = network_from(subject.config.model, weights)
    network = network.to(plan.device).to(memory_format=plan.memory_format)
    images = dataset.part(split)

    def between_batches(done: int) -> bool:
        on_progress(done, len(images))
        return not should_stop()

    began = time.perf_counter()
    with plan.threads_set(), ContentionWatch():  # a run under way may use fewer threads
        logits = all_logits(network, images.images, plan, between_batches, tta_flip=subject.config.tta_flip)
    if logits is None:
        raise EvaluationCancelled("the evaluation was cancelled")
    seconds = time.perf_counter() - began
    logits = logits.cpu()
    if not functional.cross_entropy(logits, images.labels).isfinite():  # before anything is shown or counted
        raise UserError(
            f"checkpoint {subject.checkpoint} of {quote(subject.run)} predicts nan or infinite numbers",
            "Evaluate another checkpoint, or train again with a lower learning rate",
        )
    report = _report(subject, dataset.name, split, logits=logits, labels=images.labels, seconds=seconds)
    return Measurement(report, Predictions(images.labels.numpy(), logits.numpy()))


def plan_of(config: RunConfig, precision: Precision) -> ComputePlan:
    """What a network that was trained in a precision is measured with: the same, where this machine has it."""
    try:
        return choose_plan(config.model_copy(update={"precision": precision}))
    except UserError:  # trained on another machine, with a device or precision that this one lacks
        return choose_plan(config.model_copy(update={"precision": "fp32", "device": "auto"}))


def _report(
    subject: _Subject, dataset: DatasetName, split: Split, *, logits: Tensor, labels: Tensor, seconds: float
) -> Report:
    from torchmetrics.functional.classification import multiclass_accuracy, multiclass_confusion_matrix

    predicted = logits.argmax(dim=1)
    confusion = multiclass_confusion_matrix(predicted, labels, num_classes=CLASSES)
    correct = int((predicted == labels).sum())
    low, high = wilson_interval(correct, len(labels))
    return Report(
        run=subject.run,
        model=subject.config.model_name,
        checkpoint=subject.checkpoint,
        epoch=subject.epoch,
        dataset=dataset,
        split=split,
        images=len(labels),
        correct=correct,
        accuracy=correct / len(labels),
        low=low,
        high=high,
        loss=float(functional.cross_entropy(logits, labels)),
        top2=float(multiclass_accuracy(logits, labels, num_classes=CLASSES, average="micro", top_k=2)),
        calibration=calibration_of(logits.softmax(dim=1), labels),
        classes=_class_scores(predicted, labels),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        seconds=seconds,
    )


def _class_scores(predicted: Tensor, labels: Tensor) -> tuple[ClassScore, ...]:
    from torchmetrics.functional.classification import (
        multiclass_f1_score,
        multiclass_precision,
        multiclass_recall,
    )

    def by_class(metric: Callable[..., Tensor]) -> list[float]:
        return [float(score) for score in metric(predicted, labels, num_classes=CLASSES, average="none")]

    precision, recall, f1 = (by_class(m) for m in (multiclass_precision, multiclass_recall, multiclass_f1_score))
    support = torch.bincount(labels, minlength=CLASSES).tolist()
    return tuple(
        ClassScore(name=name, precision=p, recall=r, f1=f, support=s)
        for name, p, r, f, s in zip(CLASS_NAMES, precision, recall, f1, support, strict=True)
    )
