"""`fmnist-tui sweep stop`: stop a sweep or one of its trials."""

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from fmnist_tui.cli.exit_codes import DONE
from fmnist_tui.cli.sweep_arguments import Storage, SweepName, location_of
from fmnist_tui.errors import UserError
from fmnist_tui.optional_packages import SWEEP, require_packages
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import is_being_written
from fmnist_tui.runs.requests import RequestKind, send_request

if TYPE_CHECKING:
    from fmnist_tui.sweeps.study import Sweep


def stop(
    name: SweepName,
    *,
    trial: Annotated[
        int | None, Parameter(help="End only this trial; what it has reached counts.", metavar="INT")
    ] = None,
    storage: Storage = None,
) -> int:
    """Stop a sweep, or end one of its trials.

    All workers save their runs and end, also those on other machines. `sweep work SWEEP --continue` continues.
    """
    require_packages(SWEEP)
    location = location_of(storage)
    from fmnist_tui.sweeps.study import open_sweep

    sweep = open_sweep(name, location)
    by = f"from {socket.gethostname()}"
    if trial is None:
        sweep.stop(by)
        print(f"The workers of sweep {name} save their runs and end.")
        print(f"Continue it with `fmnist-tui sweep work {name} --continue`.")
    else:
        sweep.stop_trial(trial, by)
        print(f"Trial {trial} of sweep {name} ends; its result is what it has reached.")
    _hurry(sweep, trial)
    return DONE


def _hurry(sweep: "Sweep", trial: int | None) -> None:
    """Ask the runs in this home, which look for requests more often than workers look into the study."""
    from fmnist_tui.sweeps.slots import TrialState
    from fmnist_tui.sweeps.trial_records import run_place, state_of

    for one in sweep.trials():
        place = run_place(one)
        if state_of(one) is not TrialState.RUNNING or place is None or trial not in (None, one.number):
            continue
        if "/" in place.run or place.run.startswith("."):
            continue  # anyone who may write to the study may have written that
        folder = RunFolder(runs_folder() / place.run)
        if is_being_written(folder):
            with suppress(UserError):  # the worker looks into the study soon
                send_request(folder, RequestKind.STOP)
