"""Configs that repeat a run with other seeds, to measure how much its result depends on chance."""

from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import chain, count, islice
from math import ceil
from typing import Any, NamedTuple

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import counted
from fmnist_tui.hyperparameters import MAX_SEED, MAX_THREADS
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import MAX_NAME, RunLabels
from fmnist_tui.runs.reproduce import pinned_config
from fmnist_tui.runs.run_comparison import INCIDENTAL
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


class Concurrency(NamedTuple):
    """How many repeats are trained at once, each in a process of its own, and the threads of each."""

    at_once: int
    threads: int

    def __str__(self) -> str:
        threads = counted(self.threads, "thread")
        return "one after another" if self.at_once == 1 else f"{self.at_once} at a time with {threads} each"


def concurrency(config: RunConfig, repeats: int, processors: int) -> Concurrency:
    """Return how repeats on the CPU are likely trained fastest.

    Trainings beside each other wait for nothing, whereas the threads of one wait for each other after every operation:
    so they take up the processors first, and each has the threads that are left for it. Of several numbers that take
    equally many rounds, the smallest is chosen, which leaves more threads and memory to each. A network without
    convolutions is slower with several threads than with one.

    Args:
        config: What is repeated; if it names threads, each training has as many.
        repeats: The number of trainings.
        processors: Those that may be kept busy.
    """
    most = max(1, processors // config.threads) if config.threads else processors
    at_once = ceil(repeats / ceil(repeats / most))
    split = processors // at_once if config.model.convolutional else 1
    return Concurrency(at_once, config.threads or max(1, min(split, MAX_THREADS)))


def repeats_of(config: RunConfig, repeats: int, runs: Iterable[RunSummary]) -> list[RunConfig]:
    """Return configs that differ from `config` in the seed only; no run has been trained with one of them yet.

    Args:
        config: What to repeat, best with its choices pinned: then only the seeds differ.
        repeats: The number of configs.
        runs: The runs that there are.
    """
    return _with_free_seeds(config, repeats, {config.seed, *_used_seeds(config, runs)}, 1)


def first_repeats_of(config: RunConfig, repeats: int, runs: Iterable[RunSummary]) -> list[RunConfig]:
    """Return configs as `repeats_of` does, the first with the config's own seed unless a run has been trained with it.

    The others have the next seeds after it.
    """
    return _with_free_seeds(config, repeats, set(_used_seeds(config, runs)), config.seed)


def _with_free_seeds(config: RunConfig, repeats: int, used: Container[int], first: int) -> list[RunConfig]:
    seeds = chain(range(first, MAX_SEED + 1), count(0))
    free = (seed for seed in seeds if seed not in used)
    return [config.model_copy(update={"seed": seed}) for seed in islice(free, repeats)]


def _used_seeds(config: RunConfig, runs: Iterable[RunSummary]) -> Iterator[Any]:
    """Yield the seeds of the runs that differ from a config in nothing else that matters."""
    others = _without_incidental(config.to_flat())
    return (run.settings.get("seed") for run in runs if _without_incidental(run.settings) == others)


def _without_incidental(settings: Mapping[str, Any]) -> dict[str, Any]:
    # Stored settings are JSON, which has lists for tuples.
    return {name: _as_stored(value) for name, value in settings.items() if name not in INCIDENTAL}


def _as_stored(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
