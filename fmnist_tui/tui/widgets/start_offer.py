"""Offers at the start to go on with what another session has left: a run, or the queue."""

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from textual.content import Content
from textual.widgets import Static

from fmnist_tui.errors import UserError
from fmnist_tui.formatting import counted
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.queue import Queue, has_worker, read_queue
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import one_line


class OfferKind(Enum):
    """What can be done: its key, what that does, the mark before the text and their color."""

    WATCH = ("W", "watches it", "●", "$text-success")
    QUEUE = ("Q", "opens it", "△", "$text-warning")
    RESUME = ("r", "resumes it", "△", "$text-warning")


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to go on with.

    Attributes:
        text: What there is, on one line.
        run: The run, if it is one.
    """

    kind: OfferKind
    text: str
    run: RunSummary | None = None


def find_offer(dismissed: str = "") -> Offer | None:
    """Return what another session has left: a run that is being trained, a queue that stands still, or a crash.

    Older crashed runs are in the list of runs.

    Args:
        dismissed: The crashed run that the user does not want to resume.

    Raises:
        UserError: The folder of runs can't be read.
    """
    runs = list_runs()
    running = [run for run in runs if run.status is RunStatus.RUNNING]
    if running:
        others = f", {len(running) - 1} more in Runs" if len(running) > 1 else ""
        return Offer(OfferKind.WATCH, f"{one_line(running[0].title)} is being trained{others}", running[0])
    queue = Queue()
    with suppress(UserError):  # the queue's page reports why it can't be read
        queue = read_queue()
    if queue.runs and not has_worker():
        state = "is paused" if queue.is_paused else "stands still"
        return Offer(OfferKind.QUEUE, f"the queue {state} with {counted(len(queue.runs), 'run')}")
    newest = runs[0] if runs else None
    if newest is None or newest.status is not RunStatus.CRASHED or not newest.can_resume or newest.run == dismissed:
        return None
    return Offer(OfferKind.RESUME, f"{one_line(newest.title)} {newest.status_text}", newest)


class StartOffer(Static):
    """One line above the form; hidden if there is nothing to offer.

    Attributes:
        offered: What is offered; None if nothing is.
    """

    def __init__(self) -> None:
        super().__init__()
        self.offered: Offer | None = None

    def offer(self, offer: Offer | None) -> None:
        """Offer something; None to offer nothing."""
        self.offered = offer
        self.set_class(offer is not None, "-offered")
        if offer is not None:
            key, effect, mark, color = offer.kind.value
            self.update(
                Content.assemble(
                    (f"{mark} ", f"bold {color}"),
                    (offer.text, color),
                    "   ",
                    (key, "bold $text-accent"),
                    f" {effect}  ",
                    ("esc", "bold $text-accent"),
                    " dismisses this",
                )
            )
