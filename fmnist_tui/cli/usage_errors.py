"""The error of a command line that is invalid."""

from collections.abc import Iterator
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
