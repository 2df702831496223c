"""`fmnist-tui runs`: the runs on this machine, or one of them."""

import json as json_module
import shlex
import time
from typing import Annotated

from cyclopts import Parameter
from rich import box
from rich.table import Table

from fmnist_tui.cli.progress import duration
from fmnist_tui.cli.terminal import console, plain
from fmnist_tui.config import command_for, specs_for
from fmnist_tui.runs.find import find_run
from fmnist_tui.runs.summary import RunSummary, list_runs, summary_of


def runs(
    run: Annotated[str | None, Parameter(help="A run, the start of its name, or `latest`; all if left out.")] = None,
    *,
    json: Annotated[bool, Parameter(help="Print one run a line as JSON.", negative="")] = False,
) -> int:
    """Lists the runs, newest first, or tells all about one."""
    summaries = list_runs() if run is None else [summary_of(find_run(run))]
    if json:
        for summary in summaries:
            print(json_module.dumps(_as_data(summary)))
    elif run is not None:
        _print_details(summaries[0])
    elif summaries:
        console().print(_table(summaries))
    else:
        print("no runs yet; `fmnist-tui train` makes one")
    return 0


def _table(summaries: list[RunSummary]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("run", no_wrap=True)
    for heading in ("model", "state"):
        table.add_column(heading)
    for heading in ("epochs", "val acc", "test acc", "time"):
        table.add_column(heading, justify="right")
    for summary in summaries:
        table.add_row(
            plain(summary.run),
            plain(summary.config.model_name if summary.config else "?"),
            plain(summary.status),
            str(summary.epochs),
            _accuracy(summary.best_validation_accuracy, summary),
            _accuracy(summary.test_accuracy, summary),
            duration(summary.active_seconds),
        )
    return table


def _accuracy(accuracy: float | None, summary: RunSummary) -> str:
    if accuracy is None:
        return "–"
    return f"DEMO {accuracy:.2%}" if summary.is_demo else f"{accuracy:.2%}"


def _print_details(summary: RunSummary) -> None:
    terminal = console()
    lines = [
        f"run        {summary.run}",
        f"folder     {summary.folder.path}",
        f"begun      {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(summary.created))}",
        f"state      {summary.status}, {summary.epochs} epochs in {duration(summary.active_seconds)}",
        f"best       {_accuracy(summary.best_validation_accuracy, summary)} on validation, epoch {summary.best_epoch}",
        f"test       {_accuracy(summary.test_accuracy, summary)}; test set seen {summary.test_looks} ×",
        f"saved      {', '.join(summary.checkpoints) or 'no checkpoint'}",
    ]
    if summary.can_resume:
        lines.append(f"go on      fmnist-tui resume {summary.run}")
    if summary.problem:
        lines.append(f"problem    {summary.problem}")
    for line in lines:
        terminal.print(plain(line), soft_wrap=True)
    if summary.config:
        values = summary.config.to_flat()
        terminal.print(plain(f"repeat it  {shlex.join(command_for(summary.config))}"), soft_wrap=True)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_header=False)
        table.add_row("model", plain(summary.config.model_name))
        for spec in specs_for(summary.config.model_name):
            table.add_row(plain(spec.label), plain(f"{spec.format(values[spec.name])} {spec.hint.unit}".strip()))
        terminal.print(table)


def _as_data(summary: RunSummary) -> dict[str, object]:
    return {
        "run": summary.run,
        "folder": str(summary.folder.path),
        "created": summary.created,
        "state": summary.state or ("running" if summary.is_running else "crashed"),
        "dataset": None if summary.config is None else "demo" if summary.is_demo else "fashion-mnist",
        "epochs": summary.epochs,
        "best_epoch": summary.best_epoch,
        "best_validation_accuracy": summary.best_validation_accuracy,
        "test_accuracy": summary.test_accuracy,
        "test_looks": summary.test_looks,
        "active_seconds": summary.active_seconds,
        "checkpoints": summary.checkpoints,
        "config": summary.config.model_dump(mode="json") if summary.config else None,
        "problem": summary.problem,
    }
