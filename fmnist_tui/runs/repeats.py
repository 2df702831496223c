"""Configs that repeat a run with other seeds, to measure how much its result depends on chance."""

from collections.abc import Iterable, Mapping
from itertools import count, islice
from typing import Any

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import MAX_NAME, RunLabels
from fmnist_tui.runs.reproduce import pinned_config
from fmnist_tui.runs.summary import RunSummary

MIN_REPEATS, MAX_REPEATS = 2, 20

NUMBER_WIDTH = 5
"""Characters that are left for the number of a repeat in its name."""


def config_to_repeat(folder: RunFolder) -> RunConfig:
    """Return a run's config with what the run chose pinned, so that only the seeds of its repeats differ.

    Raises:
        UserError: Its config can't be read.
    """
    config = folder.config()
    try:
        return pinned_config(folder, config)
    except UserError:  # it was resumed with another config, which the repeats have from the start
        return config


def labels_to_repeat(labels: RunLabels) -> RunLabels:
    """Return what a run's repeats are called: its tags, and its name, which a number will follow."""
    return RunLabels(name=labels.name[: MAX_NAME - NUMBER_WIDTH], tags=labels.tags)


def repeats_of(config: RunConfig, repeats: int, runs: Iterable[RunSummary]) -> list[RunConfig]:
    """Return configs that differ from `config` in the seed only; no run has been trained with one of them yet.

    Args:
        config: What to repeat, best with its choices pinned: then only the seeds differ.
        repeats: The number of configs.
        runs: The runs that there are.
    """
    others = _without_seed(config.to_flat())
    used = {config.seed, *(run.settings.get("seed") for run in runs if _without_seed(run.settings) == others)}
    free = (seed for seed in count(1) if seed not in used)
    return [config.model_copy(update={"seed": seed}) for seed in islice(free, repeats)]


def _without_seed(settings: Mapping[str, Any]) -> dict[str, Any]:
    # Stored settings are JSON, which has lists for tuples.
    return {name: _as_stored(value) for name, value in settings.items() if name != "seed"}


def _as_stored(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
