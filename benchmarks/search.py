"""Searches a preset's hyperparameters by many runs, compared on validation images, never on the test set."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from fmnist_tui.config import Preset, RunConfig
from fmnist_tui.events import EpochEnded, Event, RunState

if TYPE_CHECKING:
    from optuna import Trial

    from fmnist_tui.data.dataset import Dataset

MAX_FACTOR = 4.0
"""Rates and decays are searched up to this many times the preset's, and down to its inverse."""

Values = dict[str, Any]


def search(
    model: Annotated[str, Parameter(help="Model to search for.")],
    *,
    preset: Annotated[Preset, Parameter(help="Preset to start from.")] = "fast",
    trials: Annotated[int, Parameter(help="Runs; the first has the preset unchanged.")] = 20,
    epochs: Annotated[int, Parameter(help="Epochs of each run; 0 takes the preset's.")] = 0,
    seconds: Annotated[float, Parameter(help="Prune runs that take longer; 0 sets no limit.")] = 0.0,
    storage: Annotated[
        Path | None, Parameter(help="SQLite file that stores the trials and continues an earlier search.")
    ] = None,
) -> None:
    """Search around a preset with Optuna's tree-structured Parzen estimator; poor runs are pruned."""
    import optuna

    from fmnist_tui.data.dataset import load_dataset

    base = RunConfig.from_preset(preset, model)
    dataset = load_dataset(base)
    if epochs:
        base = base.model_copy(update={"epochs": epochs})
    study = optuna.create_study(
        study_name=f"{model}-{preset}-{base.epochs}",
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=0),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=base.epochs // 3),
        storage=f"sqlite:///{storage}" if storage else None,
        load_if_exists=True,
    )
    if not study.trials:
        study.enqueue_trial(_as_it_is(base))
    study.optimize(lambda trial: _accuracy(trial, base, dataset, seconds), n_trials=trials)
    print(f"\nbest of {len(study.trials)} on {len(dataset.validation):,} validation images: {study.best_value:.2%}")
    for name, value in study.best_params.items():
        print(f"  {name:<16} {value}")


def _accuracy(trial: "Trial", base: RunConfig, dataset: "Dataset", seconds: float) -> float:
    """Return the best validation accuracy of a run with the trial's hyperparameters."""
    import optuna

    from fmnist_tui.training.control import Control
    from fmnist_tui.training.loop import TrainingLoop

    config = RunConfig.from_flat({**base.to_flat(), **_suggested(trial, base)})
    control = Control()

    def on_event(event: Event) -> None:
        if isinstance(event, EpochEnded):
            trial.report(event.validation_accuracy, event.epoch)
            if trial.should_prune() or (seconds and event.active_seconds > seconds):
                control.abandon()

    with tempfile.TemporaryDirectory() as folder:
        ended = TrainingLoop(
            f"trial-{trial.number}",
            config,
            dataset=dataset,
            checkpoints=Path(folder),
            control=control,
            emit=on_event,
        ).run()
    if ended.state is not RunState.FINISHED:
        raise optuna.TrialPruned(ended.reason)
    trial.set_user_attr("seconds", round(ended.active_seconds, 1))
    return ended.best_validation_accuracy


def _suggested(trial: "Trial", base: RunConfig) -> Values:
    flat = base.to_flat()
    changes: Values = {}
    for name in ("learning_rate", "weight_decay"):
        if flat[name]:
            changes[name] = trial.suggest_float(name, flat[name] / MAX_FACTOR, flat[name] * MAX_FACTOR, log=True)
    for name, choices in _choices(base).items():
        changes[name] = trial.suggest_categorical(name, choices)
    return changes


def _as_it_is(base: RunConfig) -> Values:
    flat = base.to_flat()
    rates = {name: flat[name] for name in ("learning_rate", "weight_decay") if flat[name]}
    return {**rates, **{name: flat[name] for name in _choices(base)}}


def _choices(base: RunConfig) -> dict[str, list[Any]]:
    """Return the values to search beside rates and decays, including the preset's own."""
    flat = base.to_flat()
    tried: dict[str, list[Any]] = {
        "batch_size": [64, 128, 256],
        "label_smoothing": [0.0, 0.05, 0.1],
        "horizontal_flip": [False, True],
        "random_erasing": [0.0, 0.1, 0.25],
        "dropout": [0.0, 0.1, 0.2, 0.3, 0.4],
    }
    key: Callable[[Any], float] = float
    return {name: sorted({*values, flat[name]}, key=key) for name, values in tried.items() if name in flat}
