"""`fmnist-tui sweep stop`: stop a sweep or one of its trials."""

import socket
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.exit_codes import DONE
from fmnist_tui.cli.sweep_arguments import Storage, SweepName, location_of
from fmnist_tui.optional_packages import SWEEP, require_packages


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
    from fmnist_tui.sweeps.run_requests import request_stops
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
    request_stops(sweep, trial)
    return DONE
