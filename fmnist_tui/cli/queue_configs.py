"""The runs that `queue add` is asked for: a config for each combination of the values in its options."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fmnist_tui.cli.flags import given_config
from fmnist_tui.cli.label_flags import given_labels
from fmnist_tui.cli.usage_errors import usage_errors
from fmnist_tui.config import RunConfig, model_specs, run_specs
from fmnist_tui.engine.config_grid import combinations, listed_values
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.runs.labels import RunLabels
from fmnist_tui.runs.resolve import taken_names


def given_configs(model: str | None, preset: str, file: Path | None, flags: Mapping[str, Any]) -> list[RunConfig]:
    """Return the configs that a command line describes, whose options may be lists; those of the model come first.

    Raises:
        UserError: The file can't be read, or something in it is invalid.
        UsageError: An option is invalid, or there are too many combinations.
    """
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
    return [given_config(one.pop("model") or None, preset, file, {**flags, **one}) for one in chosen]


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
