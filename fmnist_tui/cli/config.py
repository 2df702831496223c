"""`fmnist-tui config`: a run's config as a file."""

import json
import shlex
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from fmnist_tui.cli.arguments import OPTIONS
from fmnist_tui.cli.config_file import read_config_file
from fmnist_tui.cli.config_schema import config_schema
from fmnist_tui.cli.flags import (
    DEFAULT_PRESET,
    ConfigFile,
    ModelName,
    PresetName,
    given_config,
    with_config_flags,
)
from fmnist_tui.config import command_for
from fmnist_tui.sanitize import ascii_json, printable

config = App(
    name="config",
    help="Print, check or describe the config of a run, a JSON file for `train --config`.",
    group_parameters=OPTIONS,
)


@config.command
@with_config_flags
def show(
    *,
    model: ModelName = None,
    preset: PresetName = DEFAULT_PRESET,
    config: ConfigFile = None,
    **flags: Any,
) -> int:
    """Print the config that `train` would use with the same options, as JSON."""
    chosen = given_config(model, preset, config, flags)
    print(ascii_json(json.dumps(chosen.model_dump(mode="json"), indent=2)))
    return 0


@config.command
def check(
    file: Annotated[Path, Parameter(help="A JSON file with the fields of a run, or some of them.")],
    *,
    preset: PresetName = DEFAULT_PRESET,
) -> int:
    """Check a config; print the command that trains it, or the line with the first error.

    The exit code is 1 if it is invalid.
    """
    command = shlex.join(command_for(read_config_file(file, preset)))
    print(printable(f"{file} is valid. It is the same as:"))
    print(printable(command))
    return 0


@config.command
def schema() -> int:
    """Print the JSON Schema of a config, by which editors complete and check it.

    Name the file in the config's key "$schema".
    """
    print(json.dumps(config_schema(), indent=2))
    return 0
