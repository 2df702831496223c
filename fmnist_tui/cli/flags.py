"""Makes command-line flags from the config's fields, and a config from the given flags."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Group, Parameter

from fmnist_tui.cli.command_line import value_of
from fmnist_tui.cli.config_file import DEFAULT_MODEL, read_config_file
from fmnist_tui.cli.usage_errors import UsageError, suggestion, usage_errors
from fmnist_tui.config import PRESET_SUMMARIES, PRESETS, RunConfig, model_specs, presets_of, run_specs, specs_for
from fmnist_tui.engine.config_grid import LISTED_KINDS
from fmnist_tui.errors import UserError
from fmnist_tui.fields import FieldSpec, Kind
from fmnist_tui.models import ARCHITECTURES

DEFAULT_PRESET = "fast"

Takes = Literal["value", "list", "range"]
"""What a flag takes: one value, several that are separated by commas, or what makes it a dimension of a sweep."""

METAVARS: dict[Kind, str] = {
    "choice": "NAME",
    "switch": "",
    "integer": "INT",
    "number": "FLOAT",
    "integers": "INT...",
    "text": "TEXT",
}
"""What stands for a value in the help."""

RANGE_METAVARS: dict[Kind, str] = {
    "choice": "NAME|NAME",
    "switch": "on|off",
    "integer": "INT..INT",
    "number": "FLOAT..FLOAT",
    "integers": "INT...|INT...",
    "text": "TEXT",
}
"""What stands for the values of a field that may vary in a sweep."""

ModelName = Annotated[
    str | None,
    Parameter(
        help=f"The model: {', '.join(ARCHITECTURES)}.",
        metavar="NAME",
        show_default=lambda _none: DEFAULT_MODEL,
        completer=lambda _context: list(ARCHITECTURES),
    ),
]

ConfigFile = Annotated[
    Path | None,
    Parameter(
        help="A JSON file with values, such as a run's config.json; options override it, the preset gives the rest.",
        metavar="FILE",
    ),
]


def _presets_with_their_models() -> str:
    """Return the presets, each with the models that have it unless all do: "fast, accurate, best (resnet)"."""
    words = []
    for preset in PRESETS:
        models = [name for name in ARCHITECTURES if preset in presets_of(name)]
        words.append(preset if len(models) == len(ARCHITECTURES) else f"{preset} ({', '.join(models)})")
    return ", ".join(words)


PresetName = Annotated[
    str,
    Parameter(
        help=f"The preset for all values that are not given: {_presets_with_their_models()}.",
        metavar="NAME",
        completer=lambda _context: PRESET_SUMMARIES,
    ),
]


def with_config_flags(command: Callable[..., int], *, takes: Takes = "value") -> Callable[..., int]:
    """Return the command with a flag for every field of a run and of every model, passed to it as `**flags`.

    Args:
        command: The command.
        takes: Whether a number or a choice may be several.
    """
    flags = (_flag_parameter(spec, spec.hint.group, takes=takes) for spec in run_specs())
    return with_model_flags(command, *flags, takes=takes)


def with_model_flags(
    command: Callable[..., int], *others: inspect.Parameter, takes: Takes = "value"
) -> Callable[..., int]:
    """Return the command with a flag for every option of every model, and others, passed to it as `**flags`."""
    own = [p for p in inspect.signature(command).parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    command.__signature__ = inspect.Signature([*own, *_model_flags(takes), *others])  # type: ignore[attr-defined]
    return command


def given_config(model: str | None, preset: str, file: Path | None, flags: Mapping[str, Any]) -> RunConfig:
    """Return the config that a command line describes: options before the file, the file before the preset.

    Raises:
        UserError: The file can't be read, or something in it is invalid.
        UsageError: An option is invalid, or names another model than the file.
    """
    if file is None:
        named = model or DEFAULT_MODEL
        try:
            base = RunConfig.from_preset(preset, named)
        except UserError as error:
            nearest = suggestion(named, ARCHITECTURES) + suggestion(preset, PRESETS)
            raise UsageError(error.problem, f"{nearest}`fmnist-tui presets` lists all") from error
        with usage_errors():
            return config_from(base, flags)
    base = read_config_file(file, preset, model)
    with usage_errors():
        return config_from(base, flags)


def config_from(base: RunConfig, flags: Mapping[str, Any]) -> RunConfig:
    """Return a config with the values of the given flags in it.

    Args:
        base: Gives the model and the values that are not given.
        flags: Values as typed, by field name; None for flags that were not given.

    Raises:
        UserError: A value is invalid, or the model has no such option.
    """
    specs = {spec.name: spec for spec in specs_for(base.model_name)}
    values = base.to_flat()
    for field, value in flags.items():
        if value is None:
            continue
        if field not in specs:
            raise _wrong_model(field, base.model_name)
        values[field] = specs[field].parse(_typed(value))
    return RunConfig.from_flat(values)


def _wrong_model(field: str, model: str) -> UserError:
    """Return the error of an option that other models have."""
    owners = {name: spec for name in ARCHITECTURES for spec in model_specs(name) if spec.name == field}
    flag = next(iter(owners.values())).flag
    return UserError(
        f"{flag} belongs to {' and '.join(owners)}, not to {model}",
        f"Add --model {next(iter(owners))}, or leave it out",
    )


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return " ".join(value) if isinstance(value, list) else str(value)


def _model_flags(takes: Takes) -> Iterator[inspect.Parameter]:
    by_name: dict[str, list[tuple[str, FieldSpec]]] = {}
    for model in ARCHITECTURES:
        for spec in model_specs(model):
            by_name.setdefault(spec.name, []).append((model, spec))
    for owners in by_name.values():
        models = [model for model, _spec in owners]
        group = f"Options of {' and '.join(models)}"
        yield _flag_parameter(owners[0][1], group, models[0], takes=takes)


def _flag_parameter(
    spec: FieldSpec, group: str, owner: str = DEFAULT_MODEL, *, takes: Takes = "value"
) -> inspect.Parameter:
    value_type: Any = str
    options: dict[str, Any] = {"allow_leading_hyphen": True}  # so that `--epochs -3` gives the field's own error
    match spec.kind:
        case "switch" if takes == "range":
            options["completer"] = lambda _context: ["on", "off", "on|off"]
        case "switch":
            value_type, options = bool, {}
        case "integers":
            value_type, options = list[str], {"negative": "", "consume_multiple": True}
        case "choice" if takes != "value":
            options["completer"] = lambda _context: list(spec.choices)
        case "choice":
            options["choices"] = spec.choices
    groups = ["Model", *dict.fromkeys(other.hint.group for other in run_specs())]
    flag = Parameter(
        help=_help(spec, takes),
        group=Group(group, sort_key=groups.index(spec.hint.group) + 1),
        metavar=_metavar(spec, takes),
        show_default=lambda _none: _default(spec, owner),
        **options,
    )
    annotation = Annotated[value_type | None, flag]
    return inspect.Parameter(spec.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _metavar(spec: FieldSpec, takes: Takes) -> str:
    if spec.name == "data":
        return "DIR"
    if takes == "range":
        return RANGE_METAVARS[spec.kind]
    return METAVARS[spec.kind] + (",..." if takes == "list" and spec.kind in LISTED_KINDS else "")


def _help(spec: FieldSpec, takes: Takes) -> str:
    """Return the description with the valid numbers in parentheses; the parser shows other valid values."""
    notes = [spec.range] if spec.range else []
    if takes != "value" and spec.choices:
        notes.append(", ".join(spec.choices))
    if spec.kind == "integers":
        notes.insert(0, f"1 to {spec.limits['max_length']} numbers")
    if "multiple_of" in spec.limits:
        notes.append(f"a multiple of {spec.limits['multiple_of']}")
    return f"{spec.help.removesuffix('.')} ({', '.join(notes)})." if notes else spec.help


def _default(spec: FieldSpec, owner: str) -> str:
    """Return the value in the preset of the command line, or in that of a model which has such an option."""
    model, preset = value_of("--model", DEFAULT_MODEL), value_of("--preset", DEFAULT_PRESET)
    for preset_name, model_name in ((preset, model), (DEFAULT_PRESET, owner)):
        with suppress(UserError):  # a misspelled name is reported if the command is run
            values = RunConfig.from_preset(preset_name, model_name).to_flat()
            if spec.name in values:
                value = values[spec.name]
                return spec.describe(value) if value == 0 else spec.format(value)
    return spec.format(spec.default)
