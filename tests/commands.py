"""The command line in the tests' own process."""

import pytest

from fmnist_tui.cli.main import run


def main(*arguments: str) -> int:
    """Return the exit code of `fmnist-tui` with these arguments."""
    return run(arguments, open_interface=lambda _data: pytest.fail("no test opens the interface here"))
