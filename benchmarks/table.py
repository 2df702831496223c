"""The published table: test accuracy and training time of each model with a preset, over several seeds."""

import json
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.config import Preset, RunConfig
from fmnist_tui.events import RunState
from fmnist_tui.models import ARCHITECTURES

PUBLISHED = {"logistic": 0.8439, "mlp": 0.8842, "cnn": 0.9159}
"""Test accuracies of the published baseline."""


@dataclass(frozen=True, slots=True)
class Result:
    """One trained model: the checkpoint that validation chose, measured once on the test set."""

    model: str
    seed: int
    validation_accuracy: float
    test_accuracy: float
    seconds: float


def table(
    *models: Annotated[str, Parameter(help="Models; all if left out.")],
    preset: Annotated[Preset, Parameter(help="Whose hyperparameters.")] = "fast",
    seeds: Annotated[int, Parameter(help="Runs of each model, with seeds 0, 1, …")] = 5,
    json_file: Annotated[Path | None, Parameter(help="Where to write every result as JSON.")] = None,
) -> None:
    """Trains each model on the real images and prints its mean test accuracy beside the published one.

    Seconds are those of training with validation and checkpoints, without loading.
    """
    from fmnist_tui.data.dataset import load_dataset

    dataset = load_dataset("auto", 10_000, lambda *_: None, lambda: False)
    results: list[Result] = []
    print(f"preset {preset}, {seeds} seeds, {len(dataset.train):,} + {len(dataset.validation):,} images")
    print(f"{'model':<10} {'validation':>10} {'test mean':>10} {'min':>8} {'max':>8} {'published':>10} {'seconds':>8}")
    for model in models or tuple(ARCHITECTURES):
        runs = [_train_and_test(model, preset, seed, dataset) for seed in range(seeds)]
        results += runs
        tests = [run.test_accuracy for run in runs]
        print(
            f"{model:<10} {_mean(runs, lambda run: run.validation_accuracy):>10.2%} {statistics.mean(tests):>10.2%} "
            f"{min(tests):>8.2%} {max(tests):>8.2%} {PUBLISHED.get(model, float('nan')):>10.2%} "
            f"{statistics.median(run.seconds for run in runs):>8.1f}",
            flush=True,
        )
    if json_file:
        json_file.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n", encoding="utf-8")


def _mean(runs: list[Result], figure: Callable[[Result], float]) -> float:
    return statistics.mean(figure(run) for run in runs)


def _train_and_test(model: str, preset: Preset, seed: int, dataset: object) -> Result:
    from fmnist_tui.data.dataset import Dataset
    from fmnist_tui.evaluation.measure import measure
    from fmnist_tui.training.control import Control
    from fmnist_tui.training.loop import TrainingLoop
    from fmnist_tui.training.manifest import manifest_file

    assert isinstance(dataset, Dataset)
    config = RunConfig.from_preset(preset, model).model_copy(update={"seed": seed})
    with tempfile.TemporaryDirectory() as folder:
        ended = TrainingLoop(
            f"{model}-{seed}",
            config,
            dataset=dataset,
            checkpoints=Path(folder),
            control=Control(),
            emit=lambda _event: None,
        ).run()
        if ended.state is not RunState.FINISHED:
            raise RuntimeError(ended.reason)
        report = measure(manifest_file(Path(folder), "best"), dataset, "test")
    return Result(model, seed, ended.best_validation_accuracy, report.accuracy, ended.active_seconds)
