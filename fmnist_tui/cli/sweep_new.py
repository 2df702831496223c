"""`fmnist-tui sweep new`: make a sweep."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from cyclopts import Parameter

from fmnist_tui.cli.exit_codes import DONE
from fmnist_tui.cli.flags import DEFAULT_PRESET, ConfigFile, ModelName, PresetName, given_config, with_config_flags
from fmnist_tui.cli.sweep_arguments import Storage, location_of
from fmnist_tui.cli.sweep_work import work_on
from fmnist_tui.cli.usage_errors import usage_errors
from fmnist_tui.config import model_specs, run_specs
from fmnist_tui.fields import FieldSpec
from fmnist_tui.formatting import counted
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.optional_packages import SWEEP, require_packages
from fmnist_tui.sanitize import printable
from fmnist_tui.sweeps.settings import PRUNERS, SAMPLERS, SweepSettings
from fmnist_tui.sweeps.space import is_dimension


def _described(choices: Mapping[Any, str]) -> str:
    return "; ".join(f"{name}: {text}" for name, text in choices.items())


@partial(with_config_flags, takes="range")
def new(
    name: Annotated[str, Parameter(help="A name for the sweep.", metavar="NAME")],
    *,
    model: ModelName = None,
    preset: PresetName = DEFAULT_PRESET,
    config: ConfigFile = None,
    trials: Annotated[
        int | None,
        Parameter(
            help="Number of trials, complete or pruned.", metavar="INT", show_default=lambda _none: "20, or the grid's"
        ),
    ] = None,
    sampler: Annotated[
        str,
        Parameter(
            help=f"How values are chosen. {_described(SAMPLERS)}.",
            metavar="NAME",
            completer=lambda _context: list(SAMPLERS),
        ),
    ] = "tpe",
    pruner: Annotated[
        str,
        Parameter(
            help=f"Which trials are ended early, by validation accuracy. {_described(PRUNERS)}.",
            metavar="NAME",
            completer=lambda _context: list(PRUNERS),
        ),
    ] = "median",
    takeover: Annotated[
        int,
        Parameter(
            help="Seconds of silence after which a worker is considered dead and its trial is taken over.",
            metavar="INT",
        ),
    ] = 60,
    storage: Storage = None,
    work: Annotated[bool, Parameter(help="Train its trials in this process.", negative="")] = False,
    **flags: Any,
) -> int:
    """Make a sweep: trials of one config whose fields vary.

    A field varies if it is given a range or several values: `--learning-rate "1e-4..1e-1 log"`, `--dropout 0..0.5`,
    `--batch-size "32|64|128"`, `--horizontal-flip "on|off"`. All others are as in `train`. `sweep work` trains the
    trials, in as many terminals and on as many machines as you like.
    """
    location = location_of(storage)
    specs = _all_specs()
    texts = {field: " ".join(value) if isinstance(value, list) else value for field, value in flags.items()}
    space = {field: text for field, text in texts.items() if text is not None and is_dimension(specs[field], text)}
    fixed = {field: value for field, value in flags.items() if field not in space}
    base = given_config(model, preset, config, fixed)
    with usage_errors():
        settings = SweepSettings.of(
            name, base, space, trials=trials, sampler=sampler, pruner=pruner, takeover_seconds=takeover
        )
    require_packages(SWEEP)
    from fmnist_tui.sweeps.study import create_sweep

    made = create_sweep(settings, location)
    print(printable(f"Sweep {name} has {counted(settings.trials, 'trial')} to train, in {location.title}."))
    if work:
        return work_on(made)
    where = "" if location.is_local else " --storage URL"
    print(f"Train them with `fmnist-tui sweep work {name}{where}`, in any number of processes.")
    return DONE


def _all_specs() -> dict[str, FieldSpec]:
    specs = {spec.name: spec for model in ARCHITECTURES for spec in model_specs(model)}
    return specs | {spec.name: spec for spec in run_specs()}
