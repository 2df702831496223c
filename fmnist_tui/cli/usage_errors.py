"""The error of a command line that is invalid."""

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from fmnist_tui.errors import UserError


class UsageError(UserError):
    """The command line is invalid; ends with exit code 2."""


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn a `UserError` into a `UsageError`."""
    try:
        yield
    except UserError as error:
        raise UsageError(error.problem, error.remedy) from error


def suggestion(word: str, valid: Iterable[str]) -> str:
    """Return "Did you mean …?" and a space if a valid word resembles the given one, which is not valid."""
    words = list(valid)
    close = [] if word in words else difflib.get_close_matches(word, words, n=1)
    return f"Did you mean {close[0]}? " if close else ""
