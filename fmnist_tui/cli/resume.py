"""`fmnist-tui resume`: a run goes on from its newest good checkpoint."""

from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.following import follow
from fmnist_tui.cli.terminal import usage_errors
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
    json: Annotated[bool, Parameter(help="Print each event as one line of JSON.", negative="")] = False,
) -> int:
    """Goes on with a run that was stopped, interrupted or crashed: the same run, on a CPU to the last bit.

    Signals end it as they end `train`.
    """
    folder = find_run(run, is_wanted=lambda summary: bool(summary.kept) or summary.state is None)
    changes = Changes(epochs, learning_rate_factor)
    config = folder.config()
    with usage_errors():
        changes.applied_to(config)
    return follow(
        json, lambda control, listener: resume_run(folder, control, [listener], changes, tell_history=not json)
    )
