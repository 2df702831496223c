"""The console script's entry point, also for `python -m fmnist_tui`: joins the command line and the interface."""

import atexit
import gc
import os
import sys
from collections.abc import MutableMapping

from fmnist_tui.cli.main import run_process
from fmnist_tui.interface_options import InterfaceOptions


def open_interface(options: InterfaceOptions) -> int:
    """Run the interface until the user quits, or serve it; return the exit code."""
    if options.serve is None:
        # Garbage collection would take a tenth of the time to the first frame; the engine turns it on again when all
        # libraries are loaded.
        gc.disable()
    spare_the_connection(os.environ)
    # Imported only now: most commands don't need the interface's libraries.
    from fmnist_tui.tui.main import run_app

    return run_app(options)


def spare_the_connection(environment: MutableMapping[str, str]) -> None:
    """Draw at most ten frames a second over SSH, and without animations, unless the user has chosen otherwise.

    Textual reads both variables when it is imported. The first frame after a pause is never delayed.
    """
    if environment.get("SSH_CONNECTION"):
        environment.setdefault("TEXTUAL_FPS", "10")
        environment.setdefault("TEXTUAL_ANIMATIONS", "none")


def main() -> None:
    """Run the command line and end the process with its exit code."""
    codes: list[int] = []
    atexit.register(_end, codes)  # before all others, so it runs after them
    codes.append(run_process(open_interface))
    sys.exit(*codes)


def _end(codes: list[int]) -> None:
    """End the process without freeing its memory, which would keep the user of torch from the prompt for a second."""
    if codes:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(*codes)


if __name__ == "__main__":
    main()
