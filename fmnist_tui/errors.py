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
