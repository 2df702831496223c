"""The command line in the tests' own process."""

import sys

import pytest

from fmnist_tui.cli.main import run


def main(*arguments: str) -> int:
    """Return the exit code of `fmnist-tui` with these arguments."""
    forget_help()
    return run(arguments, open_interface=lambda _data: pytest.fail("no test opens the interface here"))


def forget_help() -> None:
    """Let the help be made anew: that of the commands of `runs` depends on the command line that imports them."""
    sys.modules.pop("fmnist_tui.cli.runs", None)
