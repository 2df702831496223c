"""Plain output: tables on a terminal, lines in a pipe, and nothing from outside read as markup."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.text import Text

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import printable

MIN_WIDTH, MAX_WIDTH = 20, 1000


class UsageError(UserError):
    """The command line asks for something that can't be; ends with exit code 2."""


def console(stream: TextIO | None = None) -> Console:
    """A console that takes text for text: no markup, no emoji codes, no guessed highlights.

    It is never narrower or wider than tables can be drawn: `COLUMNS` may say anything, and so may a terminal.
    """
    terminal = Console(file=stream or sys.stdout, markup=False, emoji=False, highlight=False, soft_wrap=False)
    width = min(max(terminal.width, MIN_WIDTH), MAX_WIDTH)
    if width != terminal.width:
        terminal.width = width
    return terminal


def plain(text: object, style: str = "") -> Text:
    """Printable text that Rich takes for text."""
    return Text(printable(text), style=style)


def print_stderr(message: str) -> None:
    """One line on stderr."""
    print(f"fmnist-tui: {printable(message)}", file=sys.stderr)


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turns what is wrong with a value into what is wrong with the command line."""
    try:
        yield
    except UserError as error:
        raise UsageError(error.problem, error.remedy) from error
