"""Events with every required field filled in: a test names only the fields that it is about."""

from typing import Any

import configs

from fmnist_tui.config import RunConfig
from fmnist_tui.events import EpochEnded, RunEnded, RunResumed, RunStarted, RunState, StepsDone


def run_started(config: RunConfig | None = None, **fields: Any) -> RunStarted:
    config = config or configs.MLP
    defaults: dict[str, Any] = {
        "run": "a-run",
        "config": config,
        "parameters": 1000,
        "flops": 2000,
        "steps_per_epoch": 10,
        "train_images": 600,
        "validation_images": 200,
        "dataset": config.dataset,
        "dataset_fingerprint": "0" * 64,
        "dataset_origin": "a test",
        "device": "cpu",
        "precision": "fp32",
        "threads": 2,
        "program_version": "0",
        "torch_version": "9.9.9",
    }
    return RunStarted(**{**defaults, **fields})


def run_resumed(started: RunStarted | None = None, **fields: Any) -> RunResumed:
    defaults: dict[str, Any] = {
        "started": started or run_started(),
        "checkpoint": "last",
        "epoch": 1,
        "step": 0,
        "best": None,
        "active_seconds": 1.0,
    }
    return RunResumed(**{**defaults, **fields})


def steps_done(epoch: int = 1, step: int = 1, **fields: Any) -> StepsDone:
    defaults: dict[str, Any] = {
        "epoch": epoch,
        "step": step,
        "loss": 0.5,
        "accuracy": 0.8,
        "learning_rate": 0.01,
        "images_per_second": 1e4,
        "active_seconds": 1.0,
    }
    return StepsDone(**{**defaults, **fields})


def epoch_ended(epoch: int = 1, validation_accuracy: float = 0.8, **fields: Any) -> EpochEnded:
    defaults: dict[str, Any] = {
        "epoch": epoch,
        "train_loss": 0.4,
        "train_accuracy": 0.85,
        "validation_loss": 0.45,
        "validation_accuracy": validation_accuracy,
        "learning_rate": 0.01,
        "images_per_second": 1e4,
        "active_seconds": float(epoch),
        "is_best": False,
    }
    return EpochEnded(**{**defaults, **fields})


def run_ended(state: RunState = RunState.FINISHED, reason: str = "all epochs are done", **fields: Any) -> RunEnded:
    defaults: dict[str, Any] = {
        "state": state,
        "reason": reason,
        "epochs": 1,
        "best_epoch": 1,
        "best_validation_accuracy": 0.8,
        "active_seconds": 9.0,
    }
    return RunEnded(**{**defaults, **fields})
