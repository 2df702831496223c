"""The runs that `queue add` is asked for: a config for each combination of the values in its options."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fmnist_tui.cli.flags import DEFAULT_PRESET, config_from, given_config
from fmnist_tui.cli.label_flags import given_labels
from fmnist_tui.cli.usage_errors import UsageError, usage_errors
from fmnist_tui.config import RunConfig, model_specs, run_specs
from fmnist_tui.engine.config_grid import MAX_RUNS, combinations, listed_values
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.repeats import MAX_REPEATS, MIN_REPEATS, config_to_repeat, repeats_of
from fmnist_tui.runs.resolve import taken_names


def given_configs(
    model: str | None, preset: str, file: Path | None, flags: Mapping[str, Any], original: RunFolder | None
) -> list[RunConfig]:
    """Return the configs that a command line describes, whose options may be lists; those of the model come first.

    Args:
        model: The models, separated by commas.
        preset: Gives the values that are given nowhere else.
        file: Gives the values that no option gives.
        flags: The other options.
        original: A run that gives the values in place of model, preset and file.

    Raises:
        UserError: The file or the config of the run can't be read, or something in it is invalid.
        UsageError: An option is invalid or excludes the run, or there are too many combinations.
    """
    if original and (model is not None or file is not None or preset != DEFAULT_PRESET):
        raise UsageError("--from excludes --model, --preset and --config", "Give one of them")
    base = config_to_repeat(original) if original else None
    specs = {spec.name: spec for name in ARCHITECTURES for spec in model_specs(name)}
    specs |= {spec.name: spec for spec in run_specs()}
    lists = {
        name: values
        for name, text in flags.items()
        if isinstance(text, str) and len(values := listed_values(specs[name], text)) > 1
    }
    models = [None] if model is None else list(dict.fromkeys(name.strip() for name in model.split(",")))
    with usage_errors():
        chosen = combinations({"model": [name or "" for name in models], **lists})
    if base is not None:
        with usage_errors():
            return [config_from(base, {**flags, **one, "model": None}) for one in chosen]
    return [given_config(one.pop("model") or None, preset, file, {**flags, **one}) for one in chosen]


def repeated(configs: Sequence[RunConfig], repeats: int) -> list[RunConfig]:
    """Return each config several times, with seeds that none of its runs has.

    Raises:
        UserError: The folder of runs can't be read.
        UsageError: The number is out of range, or these are too many runs.
    """
    if not MIN_REPEATS <= repeats <= MAX_REPEATS:
        raise UsageError(f"--repeats is {repeats}, but must be {MIN_REPEATS} to {MAX_REPEATS}")
    if len(configs) * repeats > MAX_RUNS:
        number = f"{len(configs)} configs × {repeats} repeats = {len(configs) * repeats} runs"
        raise UsageError(f"{number} are too many", f"Queue at most {MAX_RUNS} at once")
    runs = list_runs()
    return [repeat for config in configs for repeat in repeats_of(config, repeats, runs)]


def labels_for(runs: int, name: str, note: str, tags: Sequence[str]) -> list[RunLabels]:
    """Return the labels of each of some runs; if they are several, the next free numbers follow the name.

    Raises:
        UsageError: A label is invalid.
        UserError: Another run has that name.
    """
    if runs == 1:
        return [given_labels(name, note, tags)]
    taken = taken_names() if name else ()
    with usage_errors():
        return RunLabels.of(name=name, note=note, tags=tuple(tags)).numbered(runs, taken)
