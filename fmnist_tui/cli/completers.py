"""What the shell completes an argument by. No slow imports: the user waits after pressing tab."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from fmnist_tui.errors import UserError
from fmnist_tui.formatting import percent
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import one_line

if TYPE_CHECKING:
    from cyclopts.completion import CompletionContext

COMPLETE = "__complete"
"""The word before a command line that the shell wants completed."""

BEGIN = "\x1fbegin"
"""The line before the candidates; the shell's script drops what is printed before it."""


def complete_runs(_context: "CompletionContext | None" = None) -> Iterator[tuple[str, str]]:
    """Yield each run, newest first, by its name and by its identifier, with what distinguishes it."""
    with suppress(UserError):  # a folder that can't be read is reported by the command
        runs = list_runs()
        if runs:
            yield "latest", "the newest run"
        yield from _candidates(runs)


def complete_marked_runs(_context: "CompletionContext | None" = None) -> Iterator[tuple[str, str]]:
    """Yield each marked run."""
    with suppress(UserError):
        yield from _candidates(run for run in list_runs() if run.is_marked)


def complete_trash(_context: "CompletionContext | None" = None) -> Iterator[tuple[str, str]]:
    """Yield each run in the trash, the last deleted first."""
    from fmnist_tui.runs.trash import list_trash, name_of

    with suppress(UserError):
        yield from ((trashed.run, name_of(trashed)) for trashed in list_trash())


def complete_resumable_runs(_context: "CompletionContext | None" = None) -> Iterator[tuple[str, str]]:
    """Yield each run that can be resumed."""
    with suppress(UserError):
        yield from _candidates(run for run in list_runs() if run.can_resume)


def complete_running_runs(_context: "CompletionContext | None" = None) -> Iterator[tuple[str, str]]:
    """Yield each run that a process trains."""
    with suppress(UserError):
        yield from _candidates(run for run in list_runs() if run.is_running)


def complete_checkpoints(context: "CompletionContext") -> tuple[str, ...]:
    """Return the checkpoints of the run that the command line names."""
    name = "b" if context.argument.name == "--which-b" else "a"
    given = (context.get(argument) for argument in (name, "checkpoint", "run"))
    run = next((value.raw for value in given if value is not None and value.raw), "latest")
    with suppress(UserError):
        return summary_of(resolve_run(run)).checkpoint_names
    return ()


def _candidates(runs: Iterable[RunSummary]) -> Iterator[tuple[str, str]]:
    for run in runs:
        description = _description(run)
        if run.name:
            yield run.name, description
        yield run.run, description


def _description(run: RunSummary) -> str:
    accuracy = run.best_validation_accuracy
    return f"{run.model or '?'}, {run.status_text}" + ("" if accuracy is None else f", {percent(accuracy)}")


FIRST_ARGUMENTS: dict[str, Callable[[], Iterator[tuple[str, str]]]] = {
    "resume": complete_resumable_runs,
    "test": complete_runs,
    "compare": complete_runs,
    "runs": complete_runs,
    "replay": complete_runs,
    "watch": complete_running_runs,
    "pause": complete_running_runs,
    "continue": complete_running_runs,
    "stop": complete_running_runs,
}
"""What completes the first argument of a command if that is a run."""


def complete_first_argument(words: Sequence[str]) -> bool:
    """Print what completes the first argument of a command; return False if another word is to be completed.

    The parser would give the same answer, but its import takes longer than all else, and this is what is completed most
    often.
    """
    if len(words) != 2 or words[0] not in FIRST_ARGUMENTS or words[1].startswith("-"):
        return False
    print(BEGIN)
    for name, description in FIRST_ARGUMENTS[words[0]]():
        print(one_line(name) + (f"\t{one_line(description)}" if description else ""))
    return True
