"""Ask the runs of trials in this home to stop: they look for requests more often than workers look into the study."""

from contextlib import suppress

from fmnist_tui.errors import UserError
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import is_being_written
from fmnist_tui.runs.requests import RequestKind, send_request
from fmnist_tui.sweeps.slots import TrialState
from fmnist_tui.sweeps.study import Sweep
from fmnist_tui.sweeps.trial_records import run_place, state_of


def local_run(run: str) -> RunFolder | None:
    """Return the folder of a run of a trial if it is in this home; None for any other.

    Args:
        run: The identifier that the study has; anyone who may write to it may have written that.
    """
    if not run or "/" in run or "\\" in run or run.startswith("."):
        return None
    folder = RunFolder(runs_folder() / run)
    return folder if folder.is_run else None


def request_stops(sweep: Sweep, trial: int | None = None) -> None:
    """Ask the runs of a sweep, or of one of its trials, to stop; workers elsewhere find it in the study."""
    for one in sweep.trials():
        place = run_place(one)
        if state_of(one) is not TrialState.RUNNING or place is None or trial not in (None, one.number):
            continue
        folder = local_run(place.run)
        if folder is not None and is_being_written(folder):
            with suppress(UserError):  # the worker looks into the study soon
                send_request(folder, RequestKind.STOP)
