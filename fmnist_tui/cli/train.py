"""`fmnist-tui train`: train a run."""

from typing import Any

from fmnist_tui.cli.arguments import JsonEvents, Plain
from fmnist_tui.cli.flags import DEFAULT_MODEL, DEFAULT_PRESET, ModelName, PresetName, config_from, with_config_flags
from fmnist_tui.cli.foreground import SinkNames, run_in_foreground
from fmnist_tui.cli.output import Output
from fmnist_tui.cli.usage_errors import usage_errors


@with_config_flags
def train(
    *,
    model: ModelName = DEFAULT_MODEL,
    preset: PresetName = DEFAULT_PRESET,
    json: JsonEvents = False,
    plain: Plain = False,
    sink: SinkNames = None,
    **flags: Any,
) -> int:
    """Train a model and save its checkpoints.

    Values that are not given come from the model's preset. The defaults below are those of the given `--model` and
    `--preset`. A * marks each epoch with the best validation accuracy so
    far; checkpoint `best` is of the last of them. The first Ctrl-C finishes the batch, saves checkpoint `last` and ends
    with exit code 130; a second one quits at once.
    """
    output = Output.of(json=json, plain=plain)
    with usage_errors():
        config = config_from(model, preset, flags)
    return run_in_foreground(output, lambda session: session.train(config), sink_names=sink or ())
