"""`--processes`: training in several processes of this machine."""

from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.command_line import words_without
from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.training.launch import this_launch

MAX_PROCESSES = 1024

Processes = Annotated[
    int,
    Parameter(
        help="Train in this many processes of this machine, each on its part of every batch, started by torchrun; for "
        "several machines, see docs/scaling.md.",
        metavar="INT",
    ),
]


def require_valid_number(processes: int) -> None:
    """Raise `UsageError` if there can't be that many processes."""
    if not 1 <= processes <= MAX_PROCESSES:
        raise UsageError(f"processes is {processes}, but must be from 1 to {MAX_PROCESSES}")


def run_with_others(processes: int, *, background: bool) -> int | None:
    """Run the given command line in several processes; return the exit code, or None if this process is to train.

    Raises:
        UsageError: The options contradict each other.
    """
    require_valid_number(processes)
    if this_launch() is not None and (processes > 1 or background):
        option = "--background" if background else "--processes"
        raise UsageError(f"{option} can't be used in a process that torchrun has started", "Leave it out")
    if processes == 1 or background:
        return None
    from fmnist_tui.engine.torchrun import run_processes

    return run_processes(processes, words_without("--processes"))
