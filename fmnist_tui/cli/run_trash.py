"""`fmnist-tui runs delete` and `restore`: move runs to the trash, and back."""

import sys
import time
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter
from rich import box
from rich.table import Table

from fmnist_tui.cli.arguments import RunsOrDefault
from fmnist_tui.cli.command_table import PROGRAM
from fmnist_tui.cli.completers import complete_trash
from fmnist_tui.cli.output import console, plain
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import byte_size, counted
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.trash import (
    TrashedRun,
    delete_permanently,
    find_trashed,
    list_trash,
    move_to_trash,
    name_of,
)
from fmnist_tui.runs.trash import restore as restore_run
from fmnist_tui.sanitize import printable


def delete(
    run: Annotated[
        RunsOrDefault,
        Parameter(help="The runs; with --permanently, also runs in the trash, and by default all of those."),
    ] = None,
    /,
    *,
    permanently: Annotated[
        bool, Parameter(help="Delete the files instead of moving them to the trash.", negative="")
    ] = False,
    yes: Annotated[bool, Parameter(help="Do not ask whether to delete permanently.", negative="")] = False,
) -> int:
    """Move runs to the trash.

    `runs restore` brings them back. A run that is being trained is not deleted.
    """
    if permanently:
        return _delete_permanently(run, is_agreed=yes)
    if not run:
        raise UsageError("RUN is missing", f"Type `{PROGRAM} runs delete latest`, for example")
    for folder in dict.fromkeys(map(resolve_run, run)):
        move_to_trash(folder)
        print(printable(f"run {folder.run} is in the trash; restore it: {PROGRAM} runs restore {folder.run}"))
    return 0


def restore(
    run: Annotated[
        RunsOrDefault,
        Parameter(
            help="Runs in the trash, or `latest` for the one deleted last; without any, list them.",
            completer=complete_trash,
        ),
    ] = None,
    /,
) -> int:
    """Restore runs from the trash, or list what is in it."""
    if not run:
        _print_trash(list_trash())
        return 0
    for ref in run:
        folder = restore_run(find_trashed(ref))
        print(printable(f"run {folder.run} is restored"))
    return 0


def _delete_permanently(refs: Sequence[str] | None, *, is_agreed: bool) -> int:
    doomed: Sequence[RunFolder | TrashedRun]
    if refs:
        doomed = list(dict.fromkeys(map(_run_or_trashed, refs)))
        what = f"{'run' if len(doomed) == 1 else 'runs'} {', '.join(run.run for run in doomed)}"
    else:
        trash = doomed = list_trash()
        if not trash:
            print("the trash is empty")
            return 0
        what = f"{counted(len(trash), 'run')} in the trash ({byte_size(sum(trashed.size() for trashed in trash))})"
    if not is_agreed and not _user_agrees(f"delete {what} permanently"):
        print("nothing is deleted")
        return 1
    for run in doomed:
        delete_permanently(run)
        print(printable(f"run {run.run} is deleted permanently"))
    return 0


def _run_or_trashed(ref: str) -> RunFolder | TrashedRun:
    """Return the run that `ref` names, or else the one in the trash."""
    try:
        return resolve_run(ref)
    except UserError:
        try:
            return find_trashed(ref)
        except UserError:
            pass
        raise


def _user_agrees(to: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on", f"Add --yes to {to}")
    try:
        return input(printable(f"{to[:1].upper()}{to[1:]}? [y/N] ")).strip().lower() in ("y", "yes")
    except (EOFError, OSError):  # OSError: the terminal has been closed
        return False


def _print_trash(trash: Sequence[TrashedRun]) -> None:
    if not trash:
        print("the trash is empty")
        return
    table = Table("run", "name", "deleted", "size", box=box.SIMPLE_HEAD, pad_edge=False)
    table.columns[3].justify = "right"
    sizes = [trashed.size() for trashed in trash]
    for trashed, size in zip(trash, sizes, strict=True):
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(trashed.deleted))
        table.add_row(plain(trashed.run), plain(name_of(trashed)), when, byte_size(size))
    console().print(table)
    print(f"{counted(len(trash), 'run')}, {byte_size(sum(sizes))}; empty it: {PROGRAM} runs delete --permanently")
