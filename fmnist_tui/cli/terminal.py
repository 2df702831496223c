"""Whether the interface can be opened where the program was started."""

import os
import sys

from fmnist_tui.cli.usage_errors import UsageError

TERMS_WITHOUT_CURSOR = ("dumb", "unknown")


def terminal_problem() -> UsageError | None:
    """Return why the interface can't be opened; None if it can."""
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):  # Textual draws on stderr
        return UsageError(
            "the interface needs a terminal on stdin, stdout and stderr",
            "Use `fmnist-tui train` here; `fmnist-tui --help` lists the commands",
        )
    if os.environ.get("TERM") in TERMS_WITHOUT_CURSOR:
        return UsageError(
            f"TERM is '{os.environ['TERM']}', a terminal without cursor movement, which the interface needs",
            "Set TERM to the terminal's type, such as xterm-256color, or use `fmnist-tui train` here",
        )
    return None
