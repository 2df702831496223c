"""`fmnist-tui models`: list the models."""

from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.output import console, plain
from fmnist_tui.cli.usage_errors import usage_errors
from fmnist_tui.config import RunConfig, model_specs
from fmnist_tui.models import ARCHITECTURES, architecture_named


def models(
    model: Annotated[
        str | None,
        Parameter(help="A model; by default all are listed.", completer=lambda _context: list(ARCHITECTURES)),
    ] = None,
) -> int:
    """List the models, their sizes and their options.

    For one model, list its layers too.
    """
    with usage_errors():
        names = list(ARCHITECTURES) if model is None else [architecture_named(model).registered_name()]
    terminal = console()
    from fmnist_tui.models.summary import summarize

    for name in names:
        architecture = RunConfig.from_preset("fast", name).model
        summary = summarize(architecture)
        terminal.print(plain(f"{name}: {architecture.summary}", style="bold"))
        terminal.print(plain(f"  {summary.parameters:,} parameters, {summary.flops:,} FLOPs an image"))
        for spec in model_specs(name):
            terminal.print(plain(f"  {spec.flag}  {spec.help} {spec.constraint.capitalize()}."), soft_wrap=True)
        if model is not None:
            for layer in summary.layers:
                shape = "×".join(str(size) for size in layer.output_shape)
                terminal.print(plain(f"  {layer.kind:<14} {shape:<12} {layer.parameters:>10,} parameters"))
    return 0
