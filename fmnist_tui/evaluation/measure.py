"""A checkpoint measured on a split."""

import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import CLASS_NAMES, Dataset, LabelledImages
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.interval import wilson_interval
from fmnist_tui.evaluation.report import ClassScore, Report, Split
from fmnist_tui.models import CLASSES
from fmnist_tui.training.checkpoints import network_from, read_weights
from fmnist_tui.training.device import Placement, choose_placement
from fmnist_tui.training.inference import all_logits
from fmnist_tui.training.manifest import Manifest, read_manifest


class EvaluationCancelled(UserError):
    """The one who asked for the evaluation doesn't want it any more."""


def measure(
    manifest_file: Path,
    dataset: Dataset,
    split: Split,
    *,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Report:
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
            f"run {manifest.run} was trained on {manifest.dataset} images, but these are other {dataset.name} images",
            "Give the data that it was trained on with --data",
        )
    placement = _placement_of(manifest)
    network = network_from(manifest, read_weights(manifest_file.parent, manifest))
    network = network.to(placement.device).to(memory_format=placement.memory_format)
    images = _images_of(dataset, split)

    def between_batches(done: int) -> bool:
        on_progress(done, len(images))
        return not should_stop()

    began = time.perf_counter()
    logits = all_logits(network, images.images, placement, between_batches)
    if logits is None:
        raise EvaluationCancelled("the evaluation was cancelled")
    seconds = time.perf_counter() - began
    return _report(
        manifest,
        checkpoint=manifest_file.stem,
        split=split,
        logits=logits.cpu(),
        labels=images.labels,
        seconds=seconds,
    )


def _images_of(dataset: Dataset, split: Split) -> LabelledImages:
    return {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}[split]


def _placement_of(manifest: Manifest) -> Placement:
    try:
        return choose_placement(manifest.config.model_copy(update={"precision": manifest.precision}))
    except UserError:  # trained on another machine, with a device or precision that this one lacks
        return choose_placement(_anywhere(manifest.config))


def _anywhere(config: RunConfig) -> RunConfig:
    return config.model_copy(update={"precision": "fp32", "device": "auto"})


def _report(
    manifest: Manifest, *, checkpoint: str, split: Split, logits: Tensor, labels: Tensor, seconds: float
) -> Report:
    from torchmetrics.functional.classification import multiclass_confusion_matrix

    predicted = logits.argmax(dim=1)
    confusion = multiclass_confusion_matrix(predicted, labels, num_classes=CLASSES)
    correct = int((predicted == labels).sum())
    low, high = wilson_interval(correct, len(labels))
    return Report(
        run=manifest.run,
        model=manifest.config.model_name,
        checkpoint=checkpoint,
        epoch=manifest.epoch,
        dataset=manifest.dataset,
        split=split,
        images=len(labels),
        correct=correct,
        accuracy=correct / len(labels),
        low=low,
        high=high,
        loss=float(functional.cross_entropy(logits, labels)),
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
