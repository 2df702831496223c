"""The arguments that several commands have. No slow imports: the shell's completion waits for them."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from fmnist_tui.errors import UserError
from fmnist_tui.formatting import percent
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.summary import RunSummary

if TYPE_CHECKING:
    from cyclopts.completion import CompletionContext


def complete_runs(_context: "CompletionContext") -> Iterator[tuple[str, str]]:
    """Yield the name of each run with what distinguishes it."""
    with suppress(UserError):  # a folder that can't be read is reported by the command
        runs = list_runs()
        if runs:
            yield "latest", "the newest run"
        yield from ((run.run, _description(run)) for run in runs)


def complete_resumable_runs(_context: "CompletionContext") -> Iterator[tuple[str, str]]:
    """Yield the name of each run that can be resumed with what distinguishes it."""
    with suppress(UserError):
        yield from ((run.run, _description(run)) for run in list_runs() if run.can_resume)


def complete_checkpoints(context: "CompletionContext") -> tuple[str, ...]:
    """Return the checkpoints of the run that the command line names."""
    name = "b" if context.argument.name == "--which-b" else "a"
    given = (context.get(argument) for argument in (name, "checkpoint", "run"))
    run = next((value.raw for value in given if value is not None and value.raw), "latest")
    with suppress(UserError):
        return summary_of(resolve_run(run)).checkpoint_names
    return ()


def _description(run: RunSummary) -> str:
    accuracy = run.best_validation_accuracy
    return f"{run.model or '?'}, {run.status_text}" + ("" if accuracy is None else f", {percent(accuracy)}")


Run = Annotated[
    str,
    Parameter(help="A run, the start of its name, or `latest`.", metavar="RUN", completer=complete_runs),
]

ResumableRun = Annotated[Run, Parameter(completer=complete_resumable_runs)]

Checkpoint = Annotated[
    str,
    Parameter(
        help="A run, the start of its name, `latest`, or a checkpoint's file.", metavar="RUN", completer=complete_runs
    ),
]

Which = Annotated[
    str,
    Parameter(
        help="The checkpoint of the run: best, last, or epoch-10 if that one was saved.",
        metavar="CHECKPOINT",
        completer=complete_checkpoints,
    ),
]

Data = Annotated[
    str | None, Parameter(help="The folder with the images, if not where the run found them.", metavar="DIR")
]

Json = Annotated[bool, Parameter(help="Print the result as JSON, and nothing else.", negative="")]

JsonEvents = Annotated[bool, Parameter(help="Print each event as one line of JSON, and nothing else.", negative="")]

Plain = Annotated[
    bool,
    Parameter(
        help="Report progress in whole sentences, one a line, without colors and bars: for screen readers and logs.",
        negative="",
    ),
]
