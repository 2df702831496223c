"""`fmnist-tui sweep show`: the trials of a sweep."""

import csv as csv_format
import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich import box
from rich.table import Table

from fmnist_tui.cli.arguments import Json, Plain
from fmnist_tui.cli.exit_codes import DONE
from fmnist_tui.cli.output import Output, console, print_json
from fmnist_tui.cli.output import plain as plain_text
from fmnist_tui.cli.run_csv import FORMULAS
from fmnist_tui.cli.sweep_arguments import Storage, SweepName, location_of
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import MISSING, percent
from fmnist_tui.optional_packages import SWEEP, require_packages
from fmnist_tui.sanitize import encodable, printable

if TYPE_CHECKING:
    from fmnist_tui.sweeps.overview import SweepOverview, SweepTrial
    from fmnist_tui.sweeps.storage import Location


def show(
    name: SweepName = "",
    *,
    storage: Storage = None,
    json: Json = False,
    csv: Annotated[bool, Parameter(help="Print the trials as CSV, and nothing else.", negative="")] = False,
    plain: Plain = False,
) -> int:
    """Show the trials of a sweep, the best one, and which fields matter.

    Without a name, show the only sweep.
    """
    if csv and (json or plain):
        raise UsageError("--csv excludes --json and --plain", "Give one of them")
    output = Output.of(json=json, plain=plain)
    require_packages(SWEEP)
    location = location_of(storage)
    from fmnist_tui.sweeps.overview import overview_of
    from fmnist_tui.sweeps.study import open_sweep

    found = overview_of(open_sweep(name or _only_sweep(location), location), with_importances=not csv)
    if csv:
        _print_csv(found)
    elif output is Output.JSON:
        print_json(_as_data(found))
    elif output is Output.SENTENCES:
        for sentence in (*_sentences(found), *map(_trial_sentence, found.trials)):
            print(printable(sentence))
    else:
        console().print(_table(found))
        for sentence in _sentences(found):
            console().print(plain_text(sentence))
    return DONE


def _only_sweep(location: "Location") -> str:
    from fmnist_tui.sweeps.study import sweep_names

    names = sweep_names(location)
    if not names:
        raise UserError(f"there are no sweeps in {location.title}", "Make one with `fmnist-tui sweep new`")
    if len(names) > 1:
        raise UserError(f"there are {len(names)} sweeps in {location.title}", "Name one; `fmnist-tui sweep` lists them")
    return names[0]


def _sentences(found: "SweepOverview") -> list[str]:
    """Return the state of a sweep, its best trial and the importances of its fields."""
    from fmnist_tui.config import command_for
    from fmnist_tui.sweeps.slots import TrialState
    from fmnist_tui.sweeps.space import params_text

    settings = found.settings
    counts = [(found.count(state), state.value) for state in TrialState]
    states = ", ".join(f"{number} {state}" for number, state in counts if number)
    stopped = f" {found.stopped_by}" if found.status == "stopped" else ""
    lines = [
        f"Sweep {settings.name} is {found.status}{stopped}: {found.results} of {settings.trials} trials have a result "
        f"({states}). Sampler {settings.sampler}, pruner {settings.pruner}."
    ]
    if found.best is not None:
        best = found.best
        lines.append(f"Best: trial {best.number}, {percent(best.accuracy)}: {params_text(best.params)}.")
        lines.append(f"Its command: {shlex.join(command_for(settings.config_of(best.params)))}")
    if found.importances:
        shares = ", ".join(
            f"{field.replace('_', ' ')} {percent(share, decimals=0)}" for field, share in found.importances.items()
        )
        lines.append(f"Importance: {shares}.")
    return lines


def _trial_sentence(trial: "SweepTrial") -> str:
    from fmnist_tui.sweeps.space import params_text

    text = f"Trial {trial.number} is {trial.state.value}"
    if trial.continued_by is not None:
        text += f", continued by trial {trial.continued_by}"
    text += f": {params_text(trial.params)}" if trial.params else ""
    if trial.accuracy is not None:
        text += f"; validation accuracy {percent(trial.accuracy)} after {len(trial.epochs)} epochs"
    return f"{text}. {trial.reason}".rstrip()


def _table(found: "SweepOverview") -> Table:
    from fmnist_tui.sweeps.slots import TrialState
    from fmnist_tui.sweeps.space import value_text

    fields = [dimension.field for dimension in found.space]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("trial", justify="right")
    table.add_column("state")
    for heading in (*(field.replace("_", " ") for field in fields), "epochs", "accuracy"):
        table.add_column(heading, justify="right")
    with_reason = any(trial.reason for trial in found.trials)
    if with_reason:
        table.add_column("reason")
    for trial in found.trials:
        if trial.state is TrialState.WAITING and not trial.params:
            continue  # nothing is known of it but its number; they are counted below
        values = (value_text(trial.params[field]) if field in trial.params else MISSING for field in fields)
        state = trial.state.value
        if trial.continued_by is not None:
            state += f", see {trial.continued_by}"
        is_best = found.best is not None and found.best.number == trial.number
        accuracy = f"{'* ' if is_best else ''}{percent(trial.accuracy)}"
        cells = (str(trial.number), state, *values, str(len(trial.epochs)), accuracy)
        table.add_row(*map(plain_text, (*cells, trial.reason) if with_reason else cells))
    return table


def _as_data(found: "SweepOverview") -> dict[str, Any]:
    settings = found.settings
    return {
        "sweep": settings.name,
        "storage": found.location,
        "state": found.status,
        "stopped_by": found.stopped_by,
        "sampler": settings.sampler,
        "pruner": settings.pruner,
        "space": settings.space,
        "config": settings.config.to_flat(),
        "wanted": settings.trials,
        "results": found.results,
        "best": found.best.number if found.best else None,
        "importances": found.importances,
        "trials": [_trial_data(trial) for trial in found.trials],
    }


def _trial_data(trial: "SweepTrial") -> dict[str, Any]:
    return {
        "trial": trial.number,
        "state": trial.state.value,
        "values": trial.params,
        "validation_accuracy": trial.accuracy,
        "epochs": [accuracy for _epoch, accuracy in trial.epochs],
        "run": trial.run,
        "host": trial.host,
        "worker": trial.worker,
        "reason": trial.reason,
        "continues": trial.continues,
        "continued_by": trial.continued_by,
        "started": trial.started,
        "ended": trial.ended,
    }


def _print_csv(found: "SweepOverview") -> None:
    """Print a heading, and a line for each trial."""
    fields = [dimension.field for dimension in found.space]
    writer = csv_format.writer(sys.stdout, lineterminator="\n")
    others = ("run", "host", "reason", "continues", "continued_by", "started", "ended")
    writer.writerow(("trial", "state", *fields, "validation_accuracy", "epochs", *others))
    for trial in found.trials:
        data = _trial_data(trial)
        values = (trial.params.get(field) for field in fields)
        row = (trial.number, trial.state.value, *values, trial.accuracy, len(trial.epochs), *map(data.get, others))
        writer.writerow(map(_cell, row))


def _cell(value: object) -> object:
    """Return a cell; a text that a spreadsheet would take for a formula is quoted."""
    if not isinstance(value, str):
        return value
    text = encodable(value)
    return f"'{text}" if text.startswith(FORMULAS) else text
