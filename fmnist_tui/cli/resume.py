"""`fmnist-tui resume`: a run goes on from its newest good checkpoint."""

import sys
from dataclasses import replace
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.following import follow
from fmnist_tui.cli.terminal import usage_errors
from fmnist_tui.events import Event, PlacementMissing
from fmnist_tui.runs.changes import Changes
from fmnist_tui.runs.conduct import resume as resume_run
from fmnist_tui.runs.find import find_run


def resume(
    run: Annotated[str, Parameter(help="The run, the start of its name, or `latest`.")],
    *,
    epochs: Annotated[
        int | None, Parameter(help="Epochs of the whole run, those done included; schedules stretch over all of them.")
    ] = None,
    learning_rate_factor: Annotated[
        float | None, Parameter(help="What the learning rate is multiplied by, such as 0.33 after a loss of nan.")
    ] = None,
    allow_fp32: Annotated[
        bool,
        Parameter(
            help="Resume in fp32 on what is here if this machine lacks the run's device or precision; results then "
            "differ from the uninterrupted run's.",
            negative="",
        ),
    ] = False,
    json: Annotated[bool, Parameter(help="Print each event as one line of JSON.", negative="")] = False,
) -> int:
    """Goes on with a run that was stopped, interrupted or crashed: the same run, on a CPU to the last bit.

    Signals end it as they end `train`.
    """
    folder = find_run(run, is_wanted=lambda summary: summary.can_resume or bool(summary.kept))
    changes = Changes(epochs, learning_rate_factor, allow_fp32)
    config = folder.config()
    with usage_errors():
        changes.applied_to(config)
    missing: list[PlacementMissing] = []

    def note_missing(event: Event) -> None:
        if isinstance(event, PlacementMissing):
            missing.append(event)

    def go_on(changes: Changes) -> int:
        return follow(
            json,
            lambda control, listener: resume_run(
                folder, control, [listener, note_missing], changes, tell_history=not json
            ),
        )

    code = go_on(changes)
    if missing and sys.stdin.isatty() and _is_agreed_to():
        code = go_on(replace(changes, allow_fp32=True))
    return code


def _is_agreed_to() -> bool:
    try:
        return input("Resume in fp32 now? [y/N] ").strip().lower() in ("y", "yes")
    except (EOFError, OSError):  # OSError: the terminal has been closed
        return False
