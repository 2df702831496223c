"""Plain output on a terminal or a pipe; foreign text is never read as markup."""

import json
import sys
from enum import Enum, auto
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from fmnist_tui.cli.usage_errors import UsageError
from fmnist_tui.sanitize import ascii_json, printable


class Output(Enum):
    """How a command prints."""

    TABLES = auto()
    SENTENCES = auto()
    JSON = auto()

    @classmethod
    def of(cls, *, json: bool, plain: bool) -> "Output":
        """Return the output that the flags `--json` and `--plain` select.

        Raises:
            UsageError: Both are given.
        """
        if json and plain:
            raise UsageError("--json and --plain exclude each other", "Give one of them")
        return cls.JSON if json else cls.SENTENCES if plain else cls.TABLES


MIN_WIDTH, MAX_WIDTH = 20, 1000


def console(stream: TextIO | None = None) -> Console:
    """Return a console without markup, emoji codes and highlighting.

    Its width is limited to what tables can be drawn in, because `COLUMNS` and a terminal may report any width.
    """
    terminal = Console(file=stream or sys.stdout, markup=False, emoji=False, highlight=False, soft_wrap=False)
    width = min(max(terminal.width, MIN_WIDTH), MAX_WIDTH)
    if width != terminal.width:
        terminal.width = width
    return terminal


def plain(text: object, style: str = "") -> Text:
    """Return printable text that Rich does not read as markup."""
    return Text(printable(text), style=style)


def print_json(value: object) -> None:
    """Print a value as one line of JSON, in ASCII."""
    print(ascii_json(json.dumps(value)))


def score_table(heading: str, *headings: str) -> Table:
    """Return an empty table: names below the first heading, and right-aligned figures below the others."""
    columns = (Column(figures, justify="right") for figures in headings)
    return Table(heading, *columns, box=box.SIMPLE_HEAD, pad_edge=False)
