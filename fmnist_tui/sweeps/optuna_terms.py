"""A sweep's space, sampler and pruner in Optuna's terms."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from fmnist_tui.sweeps.settings import SweepSettings
from fmnist_tui.sweeps.space import Choice, Dimension, Value

if TYPE_CHECKING:
    from optuna import Trial
    from optuna.distributions import BaseDistribution
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler


def distribution(dimension: Dimension) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(dimension, Choice):
        return CategoricalDistribution(dimension.values)
    if dimension.is_integer:
        return IntDistribution(int(dimension.low), int(dimension.high), dimension.is_log, dimension.step)
    return FloatDistribution(dimension.low, dimension.high, dimension.is_log)


def suggest(trial: Trial, dimension: Dimension) -> Value:
    field = dimension.field
    if isinstance(dimension, Choice):
        return dimension.values[dimension.values.index(trial.suggest_categorical(field, dimension.values))]
    if dimension.is_integer:
        low, high = int(dimension.low), int(dimension.high)
        return int(trial.suggest_int(field, low, high, step=dimension.step, log=dimension.is_log))
    return float(trial.suggest_float(field, dimension.low, dimension.high, log=dimension.is_log))


def sampler_of(settings: SweepSettings, number: int) -> BaseSampler:
    """Return the sampler of a trial. Its seed depends on the trial: two workers never draw the same values."""
    from optuna.samplers import RandomSampler, TPESampler

    seed = int.from_bytes(sha256(f"{settings.seed} {number}".encode()).digest()[:4], "big")
    if settings.sampler == "tpe":
        # Trials that other workers are training count as bad ones, so that no two try the same values.
        return TPESampler(seed=seed, constant_liar=True)
    return RandomSampler(seed=seed)  # the values of a grid's trials are known when they are added


def pruner_of(settings: SweepSettings) -> BasePruner:
    from optuna.pruners import HyperbandPruner, MedianPruner, NopPruner

    epochs = settings.max_epochs()
    match settings.pruner:
        case "median":
            return MedianPruner(n_startup_trials=4, n_warmup_steps=epochs // 3)
        case "hyperband":
            return HyperbandPruner(min_resource=1, max_resource=epochs, reduction_factor=3)
    return NopPruner()
