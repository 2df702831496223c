"""`fmnist-tui resume`: resume a run from its newest good checkpoint."""

import sys
from dataclasses import replace
from math import inf, nan
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.arguments import JsonEvents, Plain, ResumableRun
from fmnist_tui.cli.background import Background, checked_sinks, print_started
from fmnist_tui.cli.foreground import SinkNames, run_in_foreground
from fmnist_tui.cli.output import Output
from fmnist_tui.cli.processes import Processes, run_with_others
from fmnist_tui.cli.usage_errors import usage_errors
from fmnist_tui.config import run_specs
from fmnist_tui.engine.background import resume_in_background
from fmnist_tui.engine.event_sink import CallbackSink
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.events import Event, PlanUnavailable
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.sanitize import quote
from fmnist_tui.training.launch import this_launch

# Numbers are read as text, so that an invalid one, such as -3, gets an error of its own.
Integer = Annotated[str | None, Parameter(allow_leading_hyphen=True, metavar="INT")]
Factor = Annotated[str | None, Parameter(allow_leading_hyphen=True, metavar="FLOAT")]


def resume(
    run: ResumableRun,
    *,
    epochs: Annotated[
        Integer,
        Parameter(
            help="Epochs of the whole run, including those done (1 … 100,000); the schedule is "
            "stretched over all of them."
        ),
    ] = None,
    learning_rate_factor: Annotated[
        Factor, Parameter(help="Multiply the learning rate by this, such as 0.33 after a loss of nan (> 0).")
    ] = None,
    allow_fp32: Annotated[
        bool,
        Parameter(
            help="Resume in fp32 on this machine if it lacks the run's device or precision; the results then differ "
            "from the uninterrupted run's.",
            negative="",
        ),
    ] = False,
    json: JsonEvents = False,
    plain: Plain = False,
    sink: SinkNames = None,
    background: Background = False,
    processes: Processes = 1,
) -> int:
    """Resume a run that was stopped, interrupted or crashed.

    The result is that of the uninterrupted run, on a CPU to the last bit. Ctrl-C stops it as it stops `train`.
    """
    output = Output.of(json=json, plain=plain)
    with usage_errors():
        overrides = ResumeOverrides(_epochs(epochs), _factor(learning_rate_factor), allow_fp32)
    folder = resolve_run(run, is_wanted=lambda summary: summary.can_resume or bool(summary.checkpoints))
    config = folder.config()
    with usage_errors():
        overrides.applied_to(config)
    if (code := run_with_others(processes, background=background)) is not None:
        return code
    if background:
        started = resume_in_background(folder, overrides, sinks=checked_sinks(sink), processes=processes)
        return print_started(started, output)
    missing: list[PlanUnavailable] = []
    launch = this_launch()

    def note_missing(event: Event) -> None:
        if isinstance(event, PlanUnavailable):
            missing.append(event)

    def resume_with(overrides: ResumeOverrides) -> int:
        return run_in_foreground(
            output,
            lambda session: session.resume(folder, overrides, replay_history=output is Output.TABLES),
            sinks=[CallbackSink(note_missing)],
            sink_names=sink or (),
            launch=launch,
        )

    code = resume_with(overrides)
    if missing and launch is None and sys.stdin.isatty() and _user_agrees():
        code = resume_with(replace(overrides, allow_fp32=True))
    return code


def _epochs(text: str | None) -> int | None:
    spec = next(spec for spec in run_specs() if spec.name == "epochs")
    return None if text is None else int(spec.parse(text))


def _factor(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        factor = float(text)
    except ValueError:
        factor = nan
    if not 0 < factor < inf:
        raise UserError(f"learning rate factor is {quote(text)}, but must be a number above 0")
    return factor


def _user_agrees() -> bool:
    try:
        return input("Resume in fp32 now? [y/N] ").strip().lower() in ("y", "yes")
    except (EOFError, OSError):  # OSError: the terminal has been closed
        return False
