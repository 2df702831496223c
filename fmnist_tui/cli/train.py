"""`fmnist-tui train`: train a run."""

from typing import Annotated, Any

from cyclopts import Parameter

from fmnist_tui.cli.flags import config_from, with_config_flags
from fmnist_tui.cli.foreground import SinkNames, run_in_foreground
from fmnist_tui.cli.usage_errors import usage_errors
from fmnist_tui.config import PRESETS
from fmnist_tui.models import ARCHITECTURES


@with_config_flags
def train(
    *,
    model: Annotated[str, Parameter(help=f"The model: {', '.join(ARCHITECTURES)}.")] = "cnn",
    preset: Annotated[
        str, Parameter(help=f"The preset that gives all other values: {', '.join(PRESETS)} (not for resnet).")
    ] = "fast",
    json: Annotated[bool, Parameter(help="Print each event as one line of JSON.", negative="")] = False,
    sink: SinkNames = None,
    **flags: Any,
) -> int:
    """Train a model and save its checkpoints.

    Values that are not given come from the model's preset. A * marks each epoch with the best validation accuracy so
    far; checkpoint `best` is of the last of them. The first Ctrl-C finishes the batch, saves checkpoint `last` and ends
    with exit code 130; a second one quits at once.
    """
    with usage_errors():
        config = config_from(model, preset, flags)
    return run_in_foreground(json, lambda session: session.train(config), sink_names=sink or ())
