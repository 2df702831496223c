"""The error that is shown to users: what is wrong, and what to do."""

import logging

from fmnist_tui.sanitize import one_line

logger = logging.getLogger(__name__)


class UserError(Exception):
    """An error that the user can act on. It is shown as one line, never as a traceback.

    Args:
        problem: What is wrong, with the value.
        remedy: What to do, in the imperative.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem.rstrip(".")
        self.remedy = remedy.rstrip(".")
        super().__init__(self.line())

    def line(self) -> str:
        """Return the problem and its remedy as one printable line."""
        text = f"{self.problem}. {self.remedy}." if self.remedy else f"{self.problem}."
        return one_line(text)


def error_line(error: BaseException) -> str:
    """Return an error on one line; log it and name its type if it is a bug."""
    if isinstance(error, UserError):
        return error.line()
    logger.error("unexpected error", exc_info=error)
    return one_line(f"internal error: {type(error).__name__}: {error}")


_NO_MEMORY = ("failed to map segment", "cannot allocate memory", "can't allocate memory", "out of memory")
"""Parts of the messages of the system's loader, the C library and torch when memory runs out."""


def memory_error(error: BaseException) -> UserError | None:
    """Return what to report if memory ran out, even as a cause of `error`; None otherwise."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError) or any(words in str(cause).lower() for words in _NO_MEMORY):
            remedy = "Free some memory, or raise this process's limit, which `ulimit -v` shows"
            return UserError(f"memory ran out: {cause}" if str(cause) else "memory ran out", remedy)
        cause = cause.__cause__ or cause.__context__
    return None
