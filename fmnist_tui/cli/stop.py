"""`fmnist-tui stop`: stop a run of another process."""

from fmnist_tui.cli.arguments import RunningRun
from fmnist_tui.cli.run_control import ControlledRun, Timeout
from fmnist_tui.events import RunState
from fmnist_tui.runs.requests import RequestKind


def stop(run: RunningRun, *, timeout: Timeout = 60.0) -> int:
    """Stop and save a run that another process trains.

    The run finishes its batch, saves checkpoint `last` and ends, so that it can be resumed.
    """
    return ControlledRun(run).request(RequestKind.STOP, frozenset({RunState.STOPPED}), timeout)
