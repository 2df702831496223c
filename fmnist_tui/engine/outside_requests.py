"""Obeys the requests that other processes leave in a run's folder."""

from collections.abc import Iterator
from contextlib import contextmanager

from fmnist_tui.events import Emit, Warned
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.requests import RequestInbox, RequestKind
from fmnist_tui.training.control import Control


@contextmanager
def obeying_requests(folder: RunFolder, control: Control, emit: Emit) -> Iterator[None]:
    """Within this, requests in the run's folder act on the control of the session that holds the run's lock.

    Args:
        folder: The run.
        control: What is requested reaches the training by it.
        emit: Receives a warning if there is a file that is no request.
    """

    def warn(problem: str) -> None:
        emit(Warned(text=problem, remedy="Remove it, so that the run can be controlled from outside"))

    def look() -> None:
        request = inbox.take()
        if request is None:
            return
        by = f"by {request.user} from outside"
        match request.request:
            case RequestKind.PAUSE:
                control.pause(by)
            case RequestKind.CONTINUE:
                control.unpause()
            case RequestKind.STOP:
                control.stop(by)

    inbox = RequestInbox(folder, warn)
    inbox.clear()
    try:
        with control.looking_outside(look):
            yield
    finally:
        inbox.clear()  # nobody is left to take a request
