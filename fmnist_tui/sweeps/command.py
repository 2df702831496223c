"""The command that makes a sweep."""

from collections.abc import Iterable

from fmnist_tui.config import RunConfig, command_for, specs_for
from fmnist_tui.sweeps.settings import SweepSettings


def base_of(config: RunConfig, fields: Iterable[str]) -> RunConfig:
    """Return a config with the values that its command gives to fields which vary: those of its preset."""
    if config.preset() is not None:
        return config
    fast = RunConfig.from_preset("fast", config.model_name).to_flat()
    return RunConfig.from_flat({**config.to_flat(), **{field: fast[field] for field in fields}})


def command_for_sweep(settings: SweepSettings) -> list[str]:
    """Return the command that makes a sweep whose config is one of `base_of`."""
    flags = {spec.name: spec.flag for spec in specs_for(settings.config.model_name)}
    program, _train, *fixed = command_for(settings.config)
    command = [program, "sweep", "new", settings.name, *fixed]
    for field, text in settings.space.items():
        command += [flags[field], text]
    command += ["--trials", str(settings.trials)]
    if settings.sampler != "tpe":
        command += ["--sampler", settings.sampler]
    if settings.pruner != "median":
        command += ["--pruner", settings.pruner]
    return command
