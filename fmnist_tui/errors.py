"""The one kind of error that is meant for a person: what is wrong, and the way out."""

from fmnist_tui.sanitize import one_line


class UserError(Exception):
    """Something the user can act on; shown as one line, never as a traceback.

    Args:
        problem: What is wrong, naming the thing and what was found.
        remedy: What to do about it, as an imperative sentence.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem.rstrip(".")
        self.remedy = remedy.rstrip(".")
        super().__init__(self.line())

    def line(self) -> str:
        """Return the problem and its remedy on one line, whatever characters the foreign text in them holds."""
        text = f"{self.problem}. {self.remedy}." if self.remedy else f"{self.problem}."
        return one_line(text)


_NO_MEMORY = ("failed to map segment", "cannot allocate memory", "can't allocate memory", "out of memory")
"""What the system's loader, the C library and torch say when memory runs out."""


def memory_error(error: BaseException) -> UserError | None:
    """Return what to report if memory ran out, also where that is only the cause of `error`; None if it did not."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError) or any(words in str(cause).lower() for words in _NO_MEMORY):
            remedy = "Free some memory, or raise this process's limit, which `ulimit -v` shows"
            return UserError(f"memory ran out: {cause}" if str(cause) else "memory ran out", remedy)
        cause = cause.__cause__ or cause.__context__
    return None
