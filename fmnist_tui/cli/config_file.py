"""Reads a config that a user wrote; an error names its line."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fmnist_tui.atomic_files import read_whole
from fmnist_tui.cli.usage_errors import suggestion
from fmnist_tui.config import OLD_NAMES, RunConfig, specs_for
from fmnist_tui.errors import UserError
from fmnist_tui.models import architecture_named
from fmnist_tui.sanitize import quote

MAX_BYTES = 1 << 20

DEFAULT_MODEL = "cnn"

IGNORED = ("$schema",)
"""Keys that are for editors."""


def read_config_file(file: Path, preset: str, model: str | None = None) -> RunConfig:
    """Return the config in a JSON file: that of a run, or a part of one.

    Args:
        file: A JSON object with the fields of a run. The model's options may be in its object `model`, as in a run's
            `config.json`, or beside it.
        preset: Gives the values that are not in the file.
        model: The model, if the file need not name it.

    Raises:
        UserError: The file can't be read, names another model, or something in it is invalid; the error names the line.
    """
    text = _read(file)
    values = _flat(file, text)
    try:
        config = RunConfig.from_preset(preset, _model(values, model))
    except UserError as error:
        raise _in_line(file, text, "name" if '"name"' in text else "model", error) from error
    base = config.to_flat()
    fields = [spec.name for spec in specs_for(config.model_name)]
    # One by one, to know which one is invalid; the fields of data depend on each other.
    for name, value in values.items():
        if name == "model":
            continue
        try:
            RunConfig.from_flat({**base, name: value})
        except UserError as error:
            is_known = name in (*fields, *OLD_NAMES)
            remedy = "" if is_known else f"{suggestion(name, fields)}`fmnist-tui config schema` lists the fields"
            raise _in_line(file, text, name, UserError(error.problem, error.remedy or remedy)) from error
    try:
        return RunConfig.from_flat({**base, **values, "model": config.model_name})
    except UserError as error:
        raise UserError(f"{quote(file, 200)}: {error.problem}", error.remedy) from error


def _model(values: Mapping[str, Any], otherwise: str | None) -> str:
    """Return the model that the values name.

    Raises:
        UserError: It is none, or another one than the one given beside the file.
    """
    named = str(values.get("model", otherwise or DEFAULT_MODEL))
    if otherwise is not None and architecture_named(named) is not architecture_named(otherwise):
        raise UserError(f"the model is {named}, but --model is {quote(otherwise)}", "Leave one of them out")
    return named


def _read(file: Path) -> str:
    try:
        return read_whole(file, MAX_BYTES).decode()
    except UnicodeDecodeError as error:
        raise UserError(f"{quote(file, 200)} is not a JSON file: it is not UTF-8 text") from error
    except OSError as error:
        raise UserError(f"can't read {quote(file, 200)}: {error.strerror or error}") from error


def _flat(file: Path, text: str) -> dict[str, Any]:
    """Return the fields in a file, those of the object `model` beside the others."""
    try:
        values = json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        place = f"{quote(file, 200)}, line {error.lineno}, column {error.colno}"
        raise UserError(f"{place}: it is not JSON: {error.msg}") from error
    except _Repeated as error:
        raise _in_line(
            file, text, error.key, UserError(f"{quote(error.key)} is given twice", "Give it once")
        ) from error
    except RecursionError as error:
        raise UserError(f"{quote(file, 200)} is nested too deeply for a config") from error
    if not isinstance(values, dict):
        raise UserError(f"{quote(file, 200)} holds no JSON object", "Write the fields of a run in braces")
    values = {name: value for name, value in values.items() if name not in IGNORED}
    model = values.pop("model", None)
    if isinstance(model, dict):
        options = dict(model)
        name = options.pop("name", None)
        return {**({} if name is None else {"model": name}), **options, **values}
    return values if model is None else {"model": model, **values}


class _Repeated(Exception):
    """A key is twice in an object, of which JSON readers silently use the last."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Repeated(key)
        found[key] = value
    return found


def _in_line(file: Path, text: str, key: str, error: UserError) -> UserError:
    """Return the error with the file and the line in which the key is, of which the last one counts."""
    places = list(re.finditer(rf"{re.escape(json.dumps(key))}\s*:", text))
    line = f", line {text.count(chr(10), 0, places[-1].start()) + 1}" if places else ""
    return UserError(f"{quote(file, 200)}{line}: {error.problem}", error.remedy)
