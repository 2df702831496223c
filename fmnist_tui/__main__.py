"""The console script's entry point, also for `python -m fmnist_tui`: joins the command line and the interface."""

import gc
import sys

from fmnist_tui.cli.main import run_process
from fmnist_tui.interface_options import InterfaceOptions


def open_interface(options: InterfaceOptions) -> int:
    """Run the interface until the user quits; return the exit code."""
    # Garbage collection would take a tenth of the time to the first frame; the engine turns it on again when all
    # libraries are loaded.
    gc.disable()
    # Imported only now: most commands don't need the interface's libraries.
    from fmnist_tui.tui.main import run_app

    return run_app(options)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run_process(open_interface))


if __name__ == "__main__":
    main()
