"""Run the interface until the user leaves it."""

import atexit
import os

from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.environment import check_environment
from fmnist_tui.tui.failure import LastResort, save_after


def run_app(data: str = "auto") -> int:
    """Runs the workbench on this process's own compute thread until the user leaves it; tells the exit code.

    Args:
        data: What the form says at first of where the images come from.

    Raises:
        UserError: The interface failed; the run under way was saved first. Or it cannot start as the environment says.
    """
    check_environment()
    from fmnist_tui.engine.local import ComputeEngine

    engine = ComputeEngine()
    app = FmnistApp(engine, data)
    app.last_resort = LastResort(app)
    try:
        app.run()
    except Exception as error:  # noqa: BLE001 - an error while the app closes, which Textual does not hand to it
        app.fail(error)
    app.last_resort.cancel()
    problem = None if app.failure is None else save_after(app.failure, app.controller)
    code = 1 if problem else app.return_code or 0
    if not engine.close():
        # The thread is deep inside torch, importing it or at a large batch, and nothing of it is to be kept. It can't
        # be unwound from there, so the process ends without trying as soon as all else is done.
        atexit.register(os._exit, code)
    if problem is not None:
        raise problem
    return code
