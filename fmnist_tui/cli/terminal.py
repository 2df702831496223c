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


def accuracy_on(accuracy: float, images: int | None) -> str:
    """An accuracy with the interval that so many images allow: "91.87% (95 % interval 91.32% – 92.39%)"."""
    from fmnist_tui.evaluation.interval import accuracy_interval  # a list of runs does without

    interval = accuracy_interval(accuracy, images)
    if interval is None:
        return f"{accuracy:.2%}"
    low, high = interval
    return f"{accuracy:.2%} (95 % interval {low:.2%} – {high:.2%})"


def duration(seconds: float) -> str:
    """A time span as a person reads it: 8.3 s, 2:05, 1:02:05."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


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
