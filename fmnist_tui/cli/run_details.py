"""A run in detail, as text and as JSON."""

import shlex
import time
from collections.abc import Iterator

from rich import box
from rich.table import Table

from fmnist_tui.cli.arguments import JsonLines, Runs
from fmnist_tui.cli.output import console, plain, print_json
from fmnist_tui.cli.run_list import accuracy_text
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import INTERVAL_LABEL, MISSING, counted, duration, measured_accuracy
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.summary import RunSummary


def _best(summary: RunSummary) -> str:
    if summary.best_validation_accuracy is None:
        return MISSING
    accuracy = measured_accuracy(summary.best_validation_accuracy, summary.validation_size, label=INTERVAL_LABEL)
    return f"{summary.dataset_mark} {accuracy} on validation, epoch {summary.best_epoch}".lstrip()


def show(run: Runs, *, json: JsonLines = False) -> int:
    """Show runs in detail.

    Labels, results, checkpoints, the command that reproduces each, and all settings.
    """
    for summary in [summary_of(resolve_run(ref)) for ref in run]:
        if json:
            print_json(as_data(summary))
        else:
            print_details(summary)
    return 0


def print_details(summary: RunSummary) -> None:
    """Print what is known of a run, and its config."""
    terminal = console()
    lines = [
        f"run        {summary.run}",
        *_label_lines(summary),
        f"folder     {summary.folder.path}",
        f"started    {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(summary.created))}",
        f"state      {summary.status_text}, {counted(summary.epochs, 'epoch')} in {duration(summary.active_seconds)}",
        f"best       {_best(summary)}",
        f"test       {accuracy_text(summary.test_accuracy, summary)}; test-set evaluations: {summary.test_evaluations}",
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


def _label_lines(summary: RunSummary) -> Iterator[str]:
    """Yield a line for each label that the run has; a note may take several."""
    if summary.name:
        yield f"name       {summary.name}"
    if summary.tags:
        yield f"tags       {', '.join(summary.tags)}"
    for position, line in enumerate(summary.note.splitlines()):
        yield f"{'' if position else 'note':<11}{line}"
    if summary.is_marked:
        yield "marked     yes"


def as_data(summary: RunSummary) -> dict[str, object]:
    """Return what `--json` prints of a run."""
    config = summary.config()
    return {
        "run": summary.run,
        "name": summary.name,
        "note": summary.note,
        "tags": summary.tags,
        "is_marked": summary.is_marked,
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
