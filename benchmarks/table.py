"""The published table: test accuracy and training time of each model with a preset, over several seeds."""

import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from benchmarks.baseline_recipe import RecipeTime, time_recipe
from benchmarks.report import Column, Report, Row, Table, progress
from fmnist_tui.config import Preset, RunConfig, specs_for
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.sanitize import quote

if TYPE_CHECKING:
    from fmnist_tui.data.dataset import Dataset

PUBLISHED = {"logistic": 0.8439, "mlp": 0.8842, "cnn": 0.9159}
"""Test accuracies of the published baseline."""

BASELINE_ROUNDS = 3

COLUMNS = (
    Column("model", "model"),
    Column("parameters", "parameters", ",d"),
    Column("epochs", "epochs", "d"),
    Column("held out", "held_out", ",d"),
    Column("validation", "validation", ".2%"),
    Column("test mean", "test", ".2%"),
    Column("min", "test_min", ".2%"),
    Column("max", "test_max", ".2%"),
    Column("published", "published", ".2%"),
    Column("seconds", "seconds", ",.1f"),
    Column("baseline's recipe", "baseline_seconds", ",.0f"),
    Column("times as long", "ratio", ",.0f"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """One trained model: its best checkpoint by validation, evaluated once on the test set."""

    config: RunConfig
    validation_accuracy: float
    test_accuracy: float
    seconds: float


def table(
    *models: Annotated[str, Parameter(help="Models; all if left out.")],
    preset: Annotated[Preset, Parameter(help="Preset to train with.")] = "fast",
    seeds: Annotated[int, Parameter(help="Runs of each model, with seeds 0, 1, …")] = 5,
    options: Annotated[
        tuple[str, ...],
        Parameter(help="What differs from the preset, such as width=20.", consume_multiple=True, negative=""),
    ] = (),
    baseline: Annotated[
        bool, Parameter(help="Also time the published baseline's loop with its hyperparameters.", negative="")
    ] = False,
    json_file: Annotated[Path | None, Parameter(help="File for every result as JSON.")] = None,
) -> None:
    """Train each model on the real images and print its mean test accuracy beside the published one.

    Seconds are those of training with validation and checkpoints, without loading; the median of the seeds.
    """
    from fmnist_tui.data.dataset import load_dataset

    changed = f", {' '.join(options)}" if options else ""
    filled = Table(f"Preset {preset}{changed}, {seeds} seeds", COLUMNS)
    report = Report(filled)
    results: list[Result] = []
    recipes: list[RecipeTime] = []
    for config in [config_with(preset, model, options) for model in models or tuple(ARCHITECTURES)]:
        runs, model = [], config.model_name
        dataset = load_dataset(config)
        for seed in range(seeds):
            runs.append(_train_and_test(config.model_copy(update={"seed": seed}), dataset))
            progress(f"{model}, seed {seed}: {runs[-1].test_accuracy:.2%} on the test set, {runs[-1].seconds:.1f} s")
        recipe = time_recipe(model, BASELINE_ROUNDS) if baseline else None
        filled.rows.append(_row(config, runs, recipe))
        results += runs
        recipes += [recipe] if recipe else []
    filled.rows.append(_total(filled.rows))
    if baseline:
        report.notes.append(
            f"baseline's recipe: one epoch of its loop on 60,000 images (median of {BASELINE_ROUNDS}) times "
            "its epochs; its own evaluations would come on top"
        )
    report.publish(json_file, {"runs": list(map(_as_json, results)), "recipes": list(map(asdict, recipes))})


def config_with(preset: Preset, model: str, options: Sequence[str]) -> RunConfig:
    """Return a preset with options such as width=20.

    Raises:
        UserError: An option is not valid.
    """
    specs = {spec.name: spec for spec in specs_for(model)}
    changes: dict[str, object] = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals:
            raise UserError(f"{quote(option)} has no value, as width=20 has")
        if name == "seed":
            raise UserError(f"{quote(option)} would be overwritten", "Use --seeds, which trains with 0, 1, …")
        changes[name] = specs[name].parse(value) if name in specs else value
    return RunConfig.from_flat({**RunConfig.from_preset(preset, model).to_flat(), **changes})


def _as_json(result: Result) -> dict[str, Any]:
    return {**asdict(result), "config": result.config.to_flat()}


def _row(config: RunConfig, runs: Sequence[Result], recipe: RecipeTime | None) -> Row:
    from fmnist_tui.models.summary import summarize

    tests, seconds = [run.test_accuracy for run in runs], statistics.median(run.seconds for run in runs)
    return {
        "model": config.model_name,
        "parameters": summarize(config.model).parameters,
        "epochs": config.epochs,
        "held_out": config.validation_size,
        "validation": statistics.mean(run.validation_accuracy for run in runs),
        "test": statistics.mean(tests),
        "test_min": min(tests),
        "test_max": max(tests),
        "published": PUBLISHED.get(config.model_name),
        "seconds": seconds,
        "baseline_seconds": recipe.seconds if recipe else None,
        "ratio": recipe.seconds / seconds if recipe else None,
    }


def _total(rows: Sequence[Row]) -> Row:
    """Return the totals of all models; the ratio is over those that the baseline has."""

    def total(key: str, those: Sequence[Row]) -> float:
        return sum(value for row in those if isinstance(value := row[key], float))

    compared = [row for row in rows if row["baseline_seconds"] is not None]
    baseline = total("baseline_seconds", compared) if compared else None
    return {
        "model": "total",
        "seconds": total("seconds", rows),
        "baseline_seconds": baseline,
        "ratio": baseline / total("seconds", compared) if baseline else None,
    }


def _train_and_test(config: RunConfig, dataset: "Dataset") -> Result:
    from fmnist_tui.checkpoints.manifest import manifest_file
    from fmnist_tui.evaluation.evaluator import evaluate
    from fmnist_tui.training.control import Control
    from fmnist_tui.training.loop import TrainingLoop

    with tempfile.TemporaryDirectory() as folder:
        ended = TrainingLoop(
            f"{config.model_name}-{config.seed}",
            config,
            dataset=dataset,
            checkpoints=Path(folder),
            control=Control(),
            emit=lambda _event: None,
        ).run()
        if ended.state is not RunState.FINISHED:
            raise RuntimeError(ended.reason)
        report = evaluate(manifest_file(Path(folder), "best"), dataset, "test").report
    return Result(config, ended.best_validation_accuracy, report.accuracy, ended.active_seconds)
