"""What both pages of sweeps can do with a sweep: stop it, add a worker, copy the command of a worker."""

import asyncio
import shlex
from typing import TYPE_CHECKING, Any

from textual.app import App

from fmnist_tui.errors import UserError
from fmnist_tui.tui.screens.choice_dialog import Answer, ChoiceDialog

if TYPE_CHECKING:
    from fmnist_tui.sweeps.overview import SweepOverview, SweepTrial

BY = "from the interface"
"""Who stops a sweep or a trial, for its study and the log of the run."""

WHOLE = -1
"""The answer that stops the whole sweep, beside the numbers of trials."""


async def ask_and_stop(app: App[Any], overview: "SweepOverview", trial: "SweepTrial | None" = None) -> None:
    """Ask what to stop, the whole sweep or one running trial, and stop it."""
    name = overview.settings.name
    answers = [Answer("s", "stop the sweep: its workers save their runs and end, and B continues it", WHOLE)]
    if trial is not None:
        label = f"end trial {trial.number} only: its result is what it has reached"
        answers.insert(0, Answer("e", label, trial.number))
    chosen = await app.push_screen_wait(ChoiceDialog(f"Stop sweep {name}?", "This concerns all workers.", answers))
    if chosen is None:
        return
    try:
        await asyncio.to_thread(_stop, name, None if chosen == WHOLE else chosen)
    except UserError as error:
        app.notify(error.line(), severity="error", markup=False)
    else:
        what = f"The workers of {name} save their runs and end." if chosen == WHOLE else f"Trial {chosen} ends."
        app.notify(what, markup=False)


def _stop(name: str, trial: int | None) -> None:
    from fmnist_tui.sweeps.run_requests import request_stops
    from fmnist_tui.sweeps.storage import Location
    from fmnist_tui.sweeps.study import open_sweep

    sweep = open_sweep(name, Location.of(None))
    if trial is None:
        sweep.stop(BY)
    else:
        sweep.stop_trial(trial, BY)
    request_stops(sweep, trial)


async def add_worker(app: App[Any], overview: "SweepOverview") -> None:
    """Start one more background worker; continue the sweep if it was stopped."""
    name = overview.settings.name
    app.notify(f"Starting a background worker for {name}…", markup=False)
    try:
        await asyncio.to_thread(_start, name, continues=bool(overview.stopped_by))
    except UserError as error:
        app.notify(error.line(), severity="error", timeout=10, markup=False)


def _start(name: str, *, continues: bool) -> None:
    from fmnist_tui.sweeps.background_workers import start_workers
    from fmnist_tui.sweeps.storage import Location

    start_workers(name, Location.of(None), continues=continues)


def copy_worker_command(app: App[Any], overview: "SweepOverview") -> None:
    """Copy the command of a worker; the URL of a database is left to the user, because it may hold a password."""
    from fmnist_tui.sweeps.storage import Location

    where = [] if Location.of(None).is_local else ["--storage", "URL"]
    command = shlex.join(["fmnist-tui", "sweep", "work", overview.settings.name, *where])
    app.copy_to_clipboard(command)
    app.notify(command, title="Copied", timeout=10, markup=False)
