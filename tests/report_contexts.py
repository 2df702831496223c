"""Made-up evaluations for reports."""

import numpy as np
from event_factories import epoch_ended, run_started, steps_done
from made_up_predictions import make_predictions

from fmnist_tui.config import RunConfig
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.evaluation.build_report import build_report
from fmnist_tui.evaluation.report import Subject
from fmnist_tui.events import EpochEnded, RunStarted, StepsDone
from fmnist_tui.reporting.context import ReportContext


def a_context(run: str = "a-run", command: str = "fmnist-tui train --model cnn", **changes: object) -> ReportContext:
    predictions = make_predictions(300)
    subject = Subject(run=run, model="cnn", checkpoint="best", epoch=5, dataset="fashion-mnist", split="test")
    report = build_report(subject, predictions, FASHION_MNIST.classes).model_copy(update=changes)
    images = np.random.default_rng(0).integers(0, 256, (300, 28, 28), dtype=np.uint8)
    return ReportContext(report, predictions, images, None, command, 3)


def a_start(config: RunConfig) -> RunStarted:
    return run_started(
        config,
        parameters=10,
        flops=10,
        steps_per_epoch=100,
        train_images=50_000,
        validation_images=10_000,
        dataset="fashion-mnist",
        plan_reason="a test",
    )


def an_epoch(epoch: int) -> tuple[StepsDone, EpochEnded]:
    steps = steps_done(epoch, 50, loss=1.0 / epoch, accuracy=0.5, learning_rate=0.1, active_seconds=epoch)
    ended = epoch_ended(
        epoch,
        0.4,
        train_loss=1.0 / epoch,
        train_accuracy=0.5,
        validation_loss=1.1 / epoch,
        learning_rate=0.1,
        is_best=True,
    )
    return steps, ended
