"""Offers to resume the newest run if it has crashed."""

from textual.content import Content
from textual.widgets import Static

from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import one_line


def newest_crash() -> RunSummary | None:
    """Return the newest run if it has crashed and can be resumed; older ones are in the list of runs.

    Raises:
        UserError: The folder of runs can't be read.
    """
    newest = next(iter(list_runs()), None)
    is_crash = newest is not None and newest.status is RunStatus.CRASHED and newest.can_resume
    return newest if is_crash else None


class StartOffer(Static):
    """One line above the form; hidden if there is nothing to offer.

    Attributes:
        run: The run that is offered; None if none is.
    """

    def __init__(self) -> None:
        super().__init__()
        self.run: RunSummary | None = None

    def offer(self, run: RunSummary | None) -> None:
        """Offer to resume a run; None to offer nothing."""
        self.run = run
        self.set_class(run is not None, "-offered")
        if run is not None:
            self.update(
                Content.assemble(
                    ("△ ", "bold $text-warning"),
                    (f"{one_line(run.run)} {run.status_text}", "$text-warning"),
                    "   ",
                    ("r", "bold $text-accent"),
                    " resumes it  ",
                    ("esc", "bold $text-accent"),
                    " dismisses this",
                )
            )
