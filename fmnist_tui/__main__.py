"""The console script's entry point, and `python -m fmnist_tui`."""

import sys


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    from fmnist_tui.cli.app import main as run

    sys.exit(run())


if __name__ == "__main__":
    main()
