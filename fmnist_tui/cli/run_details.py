"""A run in detail, as text and as JSON."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fmnist_tui.cli.arguments import JsonLines, Runs
from fmnist_tui.cli.output import console, plain, print_json
from fmnist_tui.cli.run_list import accuracy_text
from fmnist_tui.formatting import INTERVAL_LABEL, MISSING, counted, duration, measured_accuracy
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.summary import RunSummary

if TYPE_CHECKING:
    from fmnist_tui.runs.run_card import RunCard

LABEL_WIDTH = 23


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
            print_json(as_data(summary, with_card=True))
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
    if card := _card(summary):
        terminal.print(plain(f"reproduce  {card.command or card.problem}"), soft_wrap=True)
        for title, rows in card.sections()[1:]:  # the first one is the results, which are above
            terminal.print()
            terminal.print(plain(title, "bold"))
            for name, text in rows:
                terminal.print(plain(f"  {name:<{LABEL_WIDTH}}{text}"), soft_wrap=True)


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


def as_data(summary: RunSummary, *, with_card: bool = False) -> dict[str, object]:
    """Return what `--json` prints of a run; its card only on request, because it takes a run's whole log."""
    config = summary.config()
    card = _card(summary) if with_card else None
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
        "card": card.to_data() if card else None,
    }


def _card(summary: RunSummary) -> "RunCard | None":
    """Return the card of a run; None if its config can't be read."""
    from fmnist_tui.runs.run_card import read_run_card  # not needed for a list of runs

    return None if summary.model is None else read_run_card(summary.folder)
