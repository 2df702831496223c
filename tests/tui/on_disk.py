"""Run folders as a training leaves them, written without one."""

import os
from pathlib import Path

import a_run
import numpy as np

from fmnist_tui.checkpoints.manifest import FileDigest, Manifest, manifest_content
from fmnist_tui.checkpoints.progress import TrainingProgress
from fmnist_tui.confidence_interval import wilson_interval
from fmnist_tui.config import RunConfig
from fmnist_tui.data.splits import Split
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.evaluation.report import ClassScore, Report
from fmnist_tui.events import to_line
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder

SAVED = 1_700_000_000


def a_report(
    run: str, checkpoint: str = "best", split: Split = "test", *, epoch: int = 2, demo: bool = False
) -> Report:
    """Return a report with a plausible confusion matrix."""
    confusion = [[0] * 10 for _ in range(10)]
    for true in range(10):
        errors = 10 + 12 * (true % 4)
        confusion[true][(true + 2) % 10] = errors
        confusion[true][(true + 6) % 10] = errors // 2
        confusion[true][true] = 1000 - errors - errors // 2
    correct = sum(confusion[index][index] for index in range(10))
    low, high = wilson_interval(correct, 10_000)
    return Report(
        run=run,
        model="cnn",
        checkpoint=checkpoint,
        epoch=epoch,
        dataset="demo" if demo else "fashion-mnist",
        split=split,
        images=10_000,
        correct=correct,
        accuracy=correct / 10_000,
        low=low,
        high=high,
        loss=0.2345,
        classes=tuple(
            ClassScore(name=name, precision=0.9187, recall=confusion[index][index] / 1000, f1=0.91, support=1000)
            for index, name in enumerate(FASHION_MNIST.classes)
        ),
        confusion=tuple(tuple(row) for row in confusion),
        seconds=1.5,
    )


def predictions_of(report: Report) -> Predictions:
    """Return predictions with the report's confusion matrix, in order of increasing confidence."""
    cells = [
        (true, predicted)
        for true, row in enumerate(report.confusion)
        for predicted, n in enumerate(row)
        for _ in range(n)
    ]
    labels, predicted = (np.array(side) for side in zip(*cells, strict=True))
    logits = np.zeros((len(cells), 10), np.float32)
    logits[np.arange(len(cells)), predicted] = np.linspace(1.0, 9.0, len(cells))
    return Predictions(labels, logits)


def an_evaluated_run(name: str, config: RunConfig, split: Split = "test", *, age: int = 0) -> RunFolder:
    """Write a finished run whose best checkpoint was evaluated, with its predictions saved."""
    folder, report = a_finished_run(name, config, age=age), a_report(name, split=split)
    folder.save_report(report, predictions_of(report))
    return folder


def a_finished_run(name: str, config: RunConfig, *, age: int = 0, is_over: bool = True) -> RunFolder:
    """Write a run folder with a log and the manifests of both checkpoints."""
    folder = RunFolder(runs_folder() / name)
    folder.checkpoints.mkdir(parents=True)
    folder.config_file.write_text(config.model_dump_json(), encoding="utf-8")
    moment = SAVED - age
    os.utime(folder.config_file, (moment, moment))
    events = [*a_run.opening(config, name), *a_run.epoch(1), *a_run.epoch(2)]
    if is_over:
        events.append(a_run.ended())
    dated = [event.model_copy(update={"time": moment + event.time}) for event in events]
    folder.events_file.write_text("".join(to_line(event) + "\n" for event in dated), encoding="utf-8")
    for checkpoint in ("best", "last"):
        a_manifest(folder.checkpoints / f"{checkpoint}.json", config, epoch=2)
    return folder


def a_manifest(file: Path, config: RunConfig, *, epoch: int) -> None:
    """Write a checkpoint's manifest, without its tensors."""
    digest = {"name": f"weights-e{epoch}-s390-0a1b2c3d.safetensors", "size": 8, "sha256": "0" * 64}
    manifest = Manifest(
        time=SAVED,  # so that any report of a test is on this checkpoint, not on an earlier one
        run="a-run",
        config=config,
        epoch=epoch,
        step=390,
        precision="fp32",
        threads=2,
        dataset=config.dataset,
        dataset_fingerprint="0" * 64,
        validation_accuracy=0.9187,
        validation_loss=0.3,
        progress=TrainingProgress(epoch=epoch + 1),
        weights=FileDigest.model_validate(digest),
        trainer=FileDigest.model_validate(digest),
    )
    file.write_bytes(manifest_content(manifest))
