"""A checkpoint evaluated on a split: its predictions, and the report that is computed from them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from torch import Tensor

from fmnist_tui.checkpoints.manifest import read_manifest
from fmnist_tui.checkpoints.store import network_from, read_tensors
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.data.splits import Split
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.build_report import build_report
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.evaluation.report import Report, Subject
from fmnist_tui.evaluation.state_dict import read_state_dict
from fmnist_tui.hyperparameters import Precision
from fmnist_tui.sanitize import quote
from fmnist_tui.training.compute_plan import ComputePlan, choose_plan
from fmnist_tui.training.contention import contention_watch
from fmnist_tui.training.inference import all_logits


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The predictions of a checkpoint on a split, and the report computed from them.

    Attributes:
        is_foreign: Whether the images are not of the dataset that the checkpoint was trained on.
    """

    report: Report
    predictions: Predictions
    is_foreign: bool = False


def evaluate(
    manifest_file: Path,
    dataset: Dataset,
    split: Split,
    *,
    allow_foreign: bool = False,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Evaluation:
    """Evaluate a checkpoint, in the precision that it was trained in if this machine supports it.

    Args:
        manifest_file: The checkpoint's manifest, such as `best.json`.
        dataset: The dataset to evaluate it on.
        split: The split to evaluate it on.
        allow_foreign: Whether it may be another dataset than the one that the checkpoint was trained on.
        on_progress: Called with the number of images done and of all images.

    Raises:
        UserError: The checkpoint can't be read, or the dataset is another one and that is not allowed.
    """
    manifest = read_manifest(manifest_file)
    is_foreign = manifest.dataset_fingerprint != dataset.fingerprint
    if is_foreign and not allow_foreign:
        raise UserError(
            f"run {quote(manifest.run)} was trained on {manifest.dataset} images, "
            f"but these are other {dataset.name} images",
            "Name the folder of its own images with --data, or another dataset with `fmnist-tui test --dataset`",
        )
    subject = Subject(
        run=manifest.run,
        model=manifest.config.model_name,
        checkpoint=manifest_file.stem,
        epoch=manifest.epoch,
        weights_sha256=manifest.weights.sha256,
        dataset=dataset.name,
        split=split,
    )
    weights, plan = read_tensors(manifest_file.parent, manifest.weights), plan_of(manifest.config, manifest.precision)
    evaluation = _evaluate(subject, manifest.config, plan, weights, dataset, on_progress=on_progress)
    return replace(evaluation, is_foreign=is_foreign)


def evaluate_state_dict(
    file: Path,
    config: RunConfig,
    dataset: Dataset,
    split: Split,
    *,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Evaluation:
    """Evaluate the weights in a file of another program.

    Args:
        file: A state dict saved by torch or as safetensors.
        config: Its `model` is the architecture of the weights.
        dataset: The dataset to evaluate them on.
        split: The split to evaluate them on.
        on_progress: Called with the number of images done and of all images.

    Raises:
        UserError: The file holds no state dict, or one of another model.
    """
    subject = Subject(
        run=file.name, model=config.model_name, checkpoint="file", epoch=0, dataset=dataset.name, split=split
    )
    weights, plan = read_state_dict(file), plan_of(config, "fp32")
    return _evaluate(subject, config, plan, weights, dataset, on_progress=on_progress)


def plan_of(config: RunConfig, precision: Precision) -> ComputePlan:
    """Return the compute plan for a network trained in `precision`; fp32 on any device if this machine lacks it."""
    try:
        return choose_plan(config.model_copy(update={"precision": precision}))
    except UserError:  # trained on another machine, with a device or precision that this one lacks
        return choose_plan(config.model_copy(update={"precision": "fp32", "device": "auto"}))


def _evaluate(
    subject: Subject,
    config: RunConfig,
    plan: ComputePlan,
    weights: Mapping[str, Tensor],
    dataset: Dataset,
    *,
    on_progress: Callable[[int, int], None],
) -> Evaluation:
    network = network_from(config.model, weights).to(plan.device).to(memory_format=plan.memory_format)
    images = dataset.part(subject.split)

    def between_batches(done: int) -> bool:
        on_progress(done, len(images))
        return True

    start = time.perf_counter()
    with plan.threads_set(), contention_watch():  # a run in progress may use fewer threads
        logits = all_logits(network, images.images, plan, config, between_batches)
    assert logits is not None, "it is never stopped"
    seconds = time.perf_counter() - start
    predictions = Predictions(images.labels.numpy(), logits.cpu().numpy())
    if not np.isfinite(predictions.logits).all():  # before anything is shown or counted
        raise UserError(
            f"checkpoint {subject.checkpoint} of {quote(subject.run)} predicts nan or infinite numbers",
            "Evaluate another checkpoint, or train again with a lower learning rate",
        )
    report = build_report(subject, predictions, dataset.spec.classes, seconds=seconds)
    return Evaluation(report, predictions)
