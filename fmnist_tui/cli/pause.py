"""`fmnist-tui pause`: pause a run of another process."""

from fmnist_tui.cli.arguments import RunningRun
from fmnist_tui.cli.run_control import ControlledRun, Timeout
from fmnist_tui.events import RunState
from fmnist_tui.runs.requests import RequestKind


def pause(run: RunningRun, *, timeout: Timeout = 60.0) -> int:
    """Pause a run that another process trains.

    The run saves checkpoint `last` and waits. The request is a file in the run's folder: everyone who may write there
    may control the run, also from another machine that shares the folder.
    """
    return ControlledRun(run).request(RequestKind.PAUSE, frozenset({RunState.PAUSED}), timeout)
