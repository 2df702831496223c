"""`fmnist-tui sweep`: many trainings of one config whose fields vary, shared by any number of workers."""

from collections.abc import Callable
from typing import Any

from cyclopts import App
from rich import box
from rich.table import Table

from fmnist_tui.cli.arguments import OPTIONS, Json, Plain
from fmnist_tui.cli.command_table import COMMANDS, PROGRAM
from fmnist_tui.cli.exit_codes import DONE
from fmnist_tui.cli.output import Output, console, print_json
from fmnist_tui.cli.output import plain as plain_text
from fmnist_tui.cli.sweep_arguments import Storage, location_of
from fmnist_tui.cli.sweep_new import new
from fmnist_tui.cli.sweep_show import show
from fmnist_tui.cli.sweep_stop import stop
from fmnist_tui.cli.sweep_work import work
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import percent
from fmnist_tui.optional_packages import SWEEP, require_packages
from fmnist_tui.sanitize import printable

sweep = App(
    name="sweep",
    usage=f"{PROGRAM} sweep [COMMAND] [OPTIONS]",
    help="Search hyperparameters by many runs, on one machine or on many.",
    group_parameters=OPTIONS,
)

# Imported at once, unlike the commands of `runs`: Optuna, which each of them needs, takes longer than all fields.
NESTED: dict[str, Callable[..., int]] = {"new": new, "work": work, "show": show, "stop": stop}

for position, (name, function) in enumerate(NESTED.items()):
    usage = f"{PROGRAM} sweep {name} {COMMANDS['sweep'].nested[name].usage}"
    sweep.command(function, name=name, usage=usage, sort_key=position)


@sweep.default
@sweep.command(name="list")
def list_sweeps(*, storage: Storage = None, json: Json = False, plain: Plain = False) -> int:
    """List the sweeps with their best results."""
    output = Output.of(json=json, plain=plain)
    require_packages(SWEEP)
    location = location_of(storage)
    from fmnist_tui.sweeps.study import sweep_names

    rows = [_row(name, location) for name in sweep_names(location)]
    if output is Output.JSON:
        print_json({"storage": location.title, "sweeps": rows})
    elif not rows:
        print(printable(f"no sweeps in {location.title}; start one with `{PROGRAM} sweep new`"))
    elif output is Output.SENTENCES:
        for row in rows:
            print(printable(_sentence(row)))
    else:
        readable = [row for row in rows if not row["problem"]]
        if readable:
            console().print(_table(readable))
        for row in rows:
            if row["problem"]:
                console().print(plain_text(_sentence(row)))
    return DONE


def _row(name: str, location: Any) -> dict[str, Any]:
    """Return what the list shows of a sweep; one that can't be read has only the reason."""
    from fmnist_tui.sweeps.overview import overview_of
    from fmnist_tui.sweeps.slots import TrialState
    from fmnist_tui.sweeps.study import open_sweep

    row: dict[str, Any] = {"sweep": name, "state": None, "model": None, "fields": [], "results": 0, "trials": None}
    row |= {"running": 0, "best_validation_accuracy": None, "problem": ""}
    try:
        found = overview_of(open_sweep(name, location), with_importances=False)
    except UserError as error:
        return row | {"problem": error.line()}
    return row | {
        "state": found.status,
        "model": found.settings.config.model_name,
        "fields": [dimension.field for dimension in found.space],
        "results": found.results,
        "trials": found.settings.trials,
        "running": found.count(TrialState.RUNNING),
        "best_validation_accuracy": found.best.accuracy if found.best else None,
    }


def _sentence(row: dict[str, Any]) -> str:
    if row["problem"]:
        return f"Sweep {row['sweep']} can't be read: {row['problem']}"
    best = row["best_validation_accuracy"]
    text = f"Sweep {row['sweep']} of {row['model']} is {row['state']}: {row['results']} of {row['trials']} trials"
    return f"{text}, {row['running']} running, best validation accuracy {percent(best)}."


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("sweep", "model", "state"):
        table.add_column(heading, no_wrap=heading == "sweep")
    for heading in ("trials", "running", "best"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("fields")
    for row in rows:
        cells = (row["sweep"], row["model"], row["state"], f"{row['results']} of {row['trials']}", row["running"])
        fields = ", ".join(field.replace("_", " ") for field in row["fields"])
        table.add_row(*map(plain_text, map(str, cells)), percent(row["best_validation_accuracy"]), plain_text(fields))
    return table
