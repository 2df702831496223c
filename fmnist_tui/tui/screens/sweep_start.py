"""Makes a sweep of what the form holds, starts its workers, and opens its page."""

import asyncio
from typing import Any

from textual.app import App

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import counted
from fmnist_tui.optional_packages import SWEEP, require_packages


async def start_sweep(app: App[Any], config: RunConfig, space: dict[str, str]) -> None:
    """Ask for the rest of a sweep; if the user does not cancel, start it.

    Args:
        app: The app.
        config: The values of all fields that don't vary.
        space: What was typed for each field that varies.
    """
    try:
        require_packages(SWEEP)
        from fmnist_tui.engine.background import for_any_folder
        from fmnist_tui.sweeps.background_workers import start_workers
        from fmnist_tui.sweeps.storage import Location
        from fmnist_tui.tui.screens.sweep import SweepScreen
        from fmnist_tui.tui.screens.sweep_dialog import SweepDialog, free_name
        from fmnist_tui.tui.sweep_reader import SweepReader

        location = await asyncio.to_thread(Location.of, None)
        name = free_name(config.model_name, location.names() if location.is_local else [])
        made = await app.push_screen_wait(SweepDialog(for_any_folder(config), space, location, name))
        if made is None:
            return
        app.push_screen(SweepScreen(made.name, SweepReader()))
        if made.workers:
            app.notify(f"Starting {counted(made.workers, 'background worker')}…", markup=False)
            await asyncio.to_thread(start_workers, made.name, location, made.workers)
    except UserError as error:
        app.notify(error.line(), severity="error", timeout=10, markup=False)
