"""`fmnist-tui runs`: list the runs, or show one."""

import shlex
import time
from typing import Annotated

from cyclopts import Parameter
from rich import box
from rich.cells import cell_len, set_cell_size
from rich.table import Table

from fmnist_tui.cli.arguments import Run
from fmnist_tui.cli.output import console, plain, print_json
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import INTERVAL_LABEL, MISSING, counted, duration, measured_accuracy, percent
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import printable


def runs(
    run: Annotated[Run | None, Parameter(help="A run, the start of its name, or `latest`; all by default.")] = None,
    *,
    json: Annotated[
        bool, Parameter(help="Print one line of JSON for each run, and nothing else.", negative="")
    ] = False,
) -> int:
    """List the runs, or show one in detail."""
    summaries = list_runs() if run is None else [summary_of(resolve_run(run))]
    if json:
        for summary in summaries:
            print_json(_as_data(summary))
    elif run is not None:
        _print_details(summaries[0])
    elif summaries:
        _print_list(summaries)
    else:
        print("no runs yet; start one with `fmnist-tui train`")
    return 0


HEADINGS = ("run", "model", "state", "epochs", "val acc", "test acc", "time")
LEFT = 2
"""Number of left-aligned columns after the first; the others are right-aligned."""


def _print_list(summaries: list[RunSummary]) -> None:
    """Print one line for each run. Rich's table would take seconds for 10,000 runs."""
    terminal = console()
    rows = [HEADINGS, *map(_cells, summaries)]
    names, *others = zip(*rows, strict=True)
    # Only a run's name may hold characters that are two cells wide, because it is the name of a folder.
    lengths = [len(name) if name.isascii() else cell_len(name) for name in names]
    widths = [max(map(len, cells)) for cells in others]
    layout = "".join(f"  {{:{'<' if column < LEFT else '>'}{width}}}" for column, width in enumerate(widths))
    widest = max(lengths)
    lines = [
        name + " " * (widest - length) + layout.format(*cells)
        for length, (name, *cells) in zip(lengths, rows, strict=True)
    ]
    lines.insert(1, "─" * (widest + sum(widths) + 2 * len(widths)))
    if terminal.is_terminal:  # a pipe gets whole lines
        lines = [set_cell_size(line, terminal.width) for line in lines]
    terminal.print(plain(lines[0], "bold"), soft_wrap=True)
    terminal.file.write("\n".join(lines[1:]) + "\n")


def _cells(summary: RunSummary) -> tuple[str, ...]:
    return (
        printable(summary.run),
        printable(summary.model or "?"),
        printable(summary.status_text),
        str(summary.epochs),
        _accuracy(summary.best_validation_accuracy, summary),
        _accuracy(summary.test_accuracy, summary),
        duration(summary.active_seconds),
    )


def _accuracy(accuracy: float | None, summary: RunSummary) -> str:
    return percent(accuracy) if accuracy is None else f"{summary.dataset_mark} {percent(accuracy)}".lstrip()


def _best(summary: RunSummary) -> str:
    if summary.best_validation_accuracy is None:
        return MISSING
    accuracy = measured_accuracy(summary.best_validation_accuracy, summary.validation_size, label=INTERVAL_LABEL)
    return f"{summary.dataset_mark} {accuracy} on validation, epoch {summary.best_epoch}".lstrip()


def _print_details(summary: RunSummary) -> None:
    terminal = console()
    lines = [
        f"run        {summary.run}",
        f"folder     {summary.folder.path}",
        f"started    {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(summary.created))}",
        f"state      {summary.status_text}, {counted(summary.epochs, 'epoch')} in {duration(summary.active_seconds)}",
        f"best       {_best(summary)}",
        f"test       {_accuracy(summary.test_accuracy, summary)}; test-set evaluations: {summary.test_evaluations}",
        f"saved      {', '.join(summary.checkpoint_names) or 'no checkpoint'}",
    ]
    if summary.can_resume:
        lines.append(f"resume     fmnist-tui resume {summary.run}")
    if summary.problem:
        lines.append(f"problem    {summary.problem}")
    for line in lines:
        terminal.print(plain(line), soft_wrap=True)
    config = summary.config()
    if config is not None:
        from fmnist_tui.config import command_for, specs_for  # not needed for a list of runs
        from fmnist_tui.runs.reproduce import pinned_config

        values = config.to_flat()
        try:
            command = shlex.join(command_for(pinned_config(summary.folder, config)))
        except UserError as error:
            command = error.problem
        terminal.print(plain(f"reproduce  {command}"), soft_wrap=True)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_header=False)
        table.add_row("model", plain(config.model_name))
        for spec in specs_for(config.model_name):
            table.add_row(plain(spec.label), plain(spec.describe(values[spec.name])))
        terminal.print(table)


def _as_data(summary: RunSummary) -> dict[str, object]:
    config = summary.config()
    return {
        "run": summary.run,
        "folder": str(summary.folder.path),
        "created": summary.created,
        "state": summary.status,
        "dataset": None if config is None else config.dataset,
        "epochs": summary.epochs,
        "best_epoch": summary.best_epoch,
        "best_validation_accuracy": summary.best_validation_accuracy,
        "test_accuracy": summary.test_accuracy,
        "test_evaluations": summary.test_evaluations,
        "active_seconds": summary.active_seconds,
        "checkpoints": summary.checkpoint_names,
        "config": config.model_dump(mode="json") if config else None,
        "problem": summary.problem,
    }
