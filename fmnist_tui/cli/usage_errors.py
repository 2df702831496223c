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
    """Return "Did you mean …?" and a space if a valid word resembles the given one, else nothing."""
    close = difflib.get_close_matches(word, valid, n=1)
    return f"Did you mean {close[0]!r}? " if close else ""
