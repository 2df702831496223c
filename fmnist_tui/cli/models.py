"""`fmnist-tui models`: list the models."""

from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.arguments import JsonLines
from fmnist_tui.cli.flags import DEFAULT_PRESET
from fmnist_tui.cli.output import console, plain, print_json
from fmnist_tui.cli.usage_errors import usage_errors
from fmnist_tui.config import RunConfig, model_specs, presets_of
from fmnist_tui.fields import FieldSpec
from fmnist_tui.models import ARCHITECTURES, architecture_named

AnyModel = Annotated[
    str | None,
    Parameter(help="A model; by default all are listed.", completer=lambda _context: list(ARCHITECTURES)),
]


def models(model: AnyModel = None, *, json: JsonLines = False) -> int:
    """List the models, their sizes and their options.

    For one model, list its layers too.
    """
    names = named_models(model)
    terminal = console()
    from fmnist_tui.models.summary import summarize

    for name in names:
        architecture = RunConfig.from_preset(DEFAULT_PRESET, name).model
        summary = summarize(architecture)
        if json:
            print_json(
                {
                    "name": name,
                    "summary": architecture.summary,
                    "aliases": architecture.aliases,
                    "presets": presets_of(name),
                    "parameters": summary.parameters,
                    "flops": summary.flops,
                    "options": [_option_as_json(spec) for spec in model_specs(name)],
                    "layers": [asdict(layer) for layer in summary.layers],
                }
            )
            continue
        terminal.print(plain(f"{name}: {architecture.summary}", style="bold"))
        terminal.print(plain(f"  {summary.parameters:,} parameters, {summary.flops:,} FLOPs an image"))
        for spec in model_specs(name):
            terminal.print(plain(f"  {spec.flag}  {spec.help} {spec.constraint.capitalize()}."), soft_wrap=True)
        if model is not None:
            for layer in summary.layers:
                shape = "×".join(str(size) for size in layer.output_shape)
                terminal.print(plain(f"  {layer.kind:<14} {shape:<12} {layer.parameters:>10,} parameters"))
    return 0


def named_models(model: str | None) -> list[str]:
    """Return the name of the model that was given by any of its names, or those of all models.

    Raises:
        UsageError: There is no such model.
    """
    with usage_errors():
        return list(ARCHITECTURES) if model is None else [architecture_named(model).registered_name()]


def _option_as_json(spec: FieldSpec) -> dict[str, object]:
    return {
        "flag": spec.flag,
        "kind": spec.kind,
        "description": spec.help,
        "valid": spec.constraint,
        "default": spec.default,
    }
