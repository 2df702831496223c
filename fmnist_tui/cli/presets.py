"""`fmnist-tui presets`: list the presets of the models."""

from fmnist_tui.cli.arguments import JsonLines
from fmnist_tui.cli.flags import DEFAULT_PRESET
from fmnist_tui.cli.models import AnyModel, named_models
from fmnist_tui.cli.output import console, plain, print_json
from fmnist_tui.config import PRESET_SUMMARIES, PRESETS, RunConfig, presets_of, specs_for


def presets(model: AnyModel = None, *, json: JsonLines = False) -> int:
    """List the presets: the hyperparameters that each gives a model.

    A value is shown if it differs from that of preset `fast`; `fmnist-tui config show` prints all values of a preset.
    """
    terminal = console()
    for preset in PRESETS:
        models = [name for name in named_models(model) if preset in presets_of(name)]
        if models and not json:
            terminal.print(plain(f"{preset}: {PRESET_SUMMARIES[preset]}", style="bold"), soft_wrap=True)
        for name in models:
            config = RunConfig.from_preset(preset, name)
            if json:
                values = config.model_dump(mode="json")
                print_json({"preset": preset, "model": name, "summary": PRESET_SUMMARIES[preset], "config": values})
            else:
                terminal.print(plain(f"  {name:<9} {_differences(config, preset)}"), soft_wrap=True)
    return 0


def _differences(config: RunConfig, preset: str) -> str:
    """Return the flags of the values that differ from preset `fast`, whose own differ from the fields' defaults."""
    fast = RunConfig.from_preset(DEFAULT_PRESET, config.model_name).to_flat()
    values, specs = config.to_flat(), specs_for(config.model_name)
    base = {spec.name: spec.default for spec in specs} if preset == DEFAULT_PRESET else fast
    changed = (spec.arguments(values[spec.name]) for spec in specs if values[spec.name] != base[spec.name])
    return " ".join(word for arguments in changed for word in arguments)
