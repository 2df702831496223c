"""Makes command-line flags from the config's fields, and a config from the given flags."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

from cyclopts import Group, Parameter

from fmnist_tui.config import RunConfig, model_specs, run_specs, specs_for
from fmnist_tui.fields import FieldSpec
from fmnist_tui.models import ARCHITECTURES, architecture_named

Which = Annotated[str, Parameter(help="Which checkpoint of a run: best, last, or epoch-10 if that one was saved.")]


def with_config_flags(command: Callable[..., int]) -> Callable[..., int]:
    """Return the command with a flag for every field of a run and of every model, passed to it as `**flags`."""
    return with_model_flags(command, *(_flag_parameter(spec, spec.hint.group) for spec in run_specs()))


def with_model_flags(command: Callable[..., int], *others: inspect.Parameter) -> Callable[..., int]:
    """Return the command with a flag for every option of every model, and others, passed to it as `**flags`."""
    own = [p for p in inspect.signature(command).parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    command.__signature__ = inspect.Signature([*own, *_model_flags(), *others])  # type: ignore[attr-defined]
    return command


def config_from(model: str, preset: str, flags: Mapping[str, Any]) -> RunConfig:
    """Return a preset's config with the values of the given flags in it.

    Args:
        model: Any spelling of an architecture's name.
        preset: The name of one of the architecture's presets.
        flags: Values as typed, by field name; None for flags that were not given.

    Raises:
        UserError: A value is invalid, or the model has no such option or preset.
    """
    name = architecture_named(model).registered_name()
    specs = {spec.name: spec for spec in specs_for(name)}
    values = RunConfig.from_preset(preset, name).to_flat()
    for field, value in flags.items():
        if value is not None:
            values[field] = specs[field].parse(_typed(value)) if field in specs else value
    return RunConfig.from_flat(values)


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return " ".join(value) if isinstance(value, list) else str(value)


def _model_flags() -> Iterator[inspect.Parameter]:
    by_name: dict[str, list[tuple[str, FieldSpec]]] = {}
    for model in ARCHITECTURES:
        for spec in model_specs(model):
            by_name.setdefault(spec.name, []).append((model, spec))
    for owners in by_name.values():
        yield _flag_parameter(owners[0][1], f"Model options ({', '.join(model for model, _spec in owners)})")


def _flag_parameter(spec: FieldSpec, group: str) -> inspect.Parameter:
    value_type: Any = str
    options: dict[str, Any] = {"allow_leading_hyphen": True}  # so that `--epochs -3` gives the field's own error
    match spec.kind:
        case "switch":
            value_type, options = bool, {}
        case "integers":
            value_type, options = list[str], {"negative": "", "consume_multiple": True}
    constraint = "" if spec.kind in ("switch", "text") else f" {spec.constraint[0].upper()}{spec.constraint[1:]}."
    groups = ["Model", *dict.fromkeys(other.hint.group for other in run_specs())]
    place = Group(group, sort_key=groups.index(spec.hint.group) + 1)
    flag = Parameter(help=spec.help + constraint, group=place, **options)
    annotation = Annotated[value_type | None, flag]
    return inspect.Parameter(spec.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
