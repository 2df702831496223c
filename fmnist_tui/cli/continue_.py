"""`fmnist-tui continue`: continue a paused run of another process."""

from fmnist_tui.cli.arguments import RunningRun
from fmnist_tui.cli.run_control import ControlledRun, Timeout
from fmnist_tui.events import RunState
from fmnist_tui.runs.requests import RequestKind


def continue_(run: RunningRun, *, timeout: Timeout = 60.0) -> int:
    """Continue a run that is paused.

    To continue a run that was stopped or has crashed, use `fmnist-tui resume`.
    """
    return ControlledRun(run).request(RequestKind.CONTINUE, frozenset({RunState.TRAINING}), timeout)
