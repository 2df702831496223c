"""The console script's entry point, and `python -m fmnist_tui`: where the command line and the interface meet."""

import gc
import sys

from fmnist_tui.cli.app import run_process


def open_interface(data: str) -> int:
    """Runs the interface until the user leaves it; tells the exit code."""
    # Most of what is imported stays. To look through it for garbage meanwhile takes a tenth of the time to the first
    # frame; the engine turns that on again when all is loaded.
    gc.disable()
    # Its libraries are imported only now: most commands need none of them.
    from fmnist_tui.tui.main import run_app

    return run_app(data)


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    sys.exit(run_process(open_interface))


if __name__ == "__main__":
    main()
