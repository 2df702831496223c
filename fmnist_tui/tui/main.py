"""Run the interface until the user leaves it."""

import atexit
import os

from fmnist_tui.interface_options import InterfaceOptions
from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.environment import check_environment
from fmnist_tui.tui.failure import LastResort, save_after
from fmnist_tui.tui.preferences import stored_preferences
from fmnist_tui.tui.session_memory import SessionMemory
from fmnist_tui.tui.terminal_app import TerminalApp


def run_app(options: InterfaceOptions) -> int:
    """Run the interface on this process's compute thread until the user quits, or serve it; return the exit code.

    Args:
        options: What the command line gave.

    Raises:
        UserError: The interface failed, after the active run was saved, or an environment variable prevents its start,
            or an option is invalid.
    """
    check_environment()
    if options.serve is not None:
        check_options(options)
        return options.serve()
    from fmnist_tui.engine.compute_engine import ComputeEngine

    engine = ComputeEngine()
    app = FmnistApp(engine, options.data, options.dataset, options.theme, options.replay)
    app.last_resort = LastResort(app, app.controller)
    try:
        app.run()
    except Exception as error:  # noqa: BLE001 - Textual does not pass errors during closing to the app
        app.fail(error)
    app.last_resort.cancel()
    app.preferences.save()
    problem = None if app.failure is None else save_after(app.failure, app.controller)
    code = 1 if problem else app.return_code or 0
    if not engine.close():
        # The thread is inside torch, in an import or a large batch, and can't be interrupted. Its work is not needed,
        # so the process ends without waiting for it.
        atexit.register(os._exit, code)
    if problem is not None:
        raise problem
    return code


def check_options(options: InterfaceOptions) -> None:
    """Raise `UserError` if an interface can't begin with these options."""
    memory = SessionMemory(TerminalApp(), stored_preferences(), options)
    memory.theme()
    memory.config()
