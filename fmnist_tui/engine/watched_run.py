"""Follows a run of another process on a thread of its own, and passes on requests to it."""

import logging
import queue
import threading
import time
from collections.abc import Callable

from fmnist_tui.errors import UserError
from fmnist_tui.events import Event, StateChanged, Warned
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.requests import RequestKind, RunRequest, is_waiting, send_request, withdraw
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.runs.watch import RunWatcher

POLL_SECONDS = 0.2

SECONDS_UNTIL_NOTE = 10.0
"""After that time, a request that was not taken is reported."""

logger = logging.getLogger(__name__)


class WatchedRun:
    """A `RunHandle` of a run that another process trains: what is requested of it goes into a file in its folder.

    The folder may be on a slow or a lost network file system, so nothing here waits for it but the thread.

    Args:
        folder: The run.
        show: Receives each new snapshot, on the thread.
    """

    def __init__(self, folder: RunFolder, show: Callable[[RunSnapshot], object]) -> None:
        self._folder, self._show = folder, show
        self._snapshot = RunSnapshot()
        self._requests: queue.SimpleQueue[RequestKind | None] = queue.SimpleQueue()
        self._sent: RunRequest | None = None
        self._sent_at = 0.0
        threading.Thread(target=self._follow, name=f"watch {folder.run}", daemon=True).start()

    def pause(self) -> None:
        self._requests.put(RequestKind.PAUSE)

    def unpause(self) -> None:
        self._requests.put(RequestKind.CONTINUE)

    def stop(self, reason: str = "") -> None:
        del reason  # the request names who sends it
        self._requests.put(RequestKind.STOP)

    def abandon(self) -> None:
        """End the watch; the run continues."""
        self._requests.put(None)

    def _follow(self) -> None:
        watcher = RunWatcher(self._folder)
        while True:
            try:
                update = watcher.poll()
                if update.is_restart:
                    self._snapshot = RunSnapshot()
                self._add(*update.events)
                self._note_waiting()
                wanted = self._requests.get(timeout=POLL_SECONDS if update.is_at_end else 0)
                if wanted is None:
                    return
                self._send(wanted)
            except queue.Empty:
                continue
            except Exception as error:
                logger.exception("a run can't be watched")
                self._add(Warned(text=f"the run can't be watched: {type(error).__name__}", remedy="See the log file"))
                return

    def _add(self, *events: Event) -> None:
        for event in events:
            self._snapshot = self._snapshot.after(event)
        if events:
            self._show(self._snapshot)

    def _send(self, kind: RequestKind) -> None:
        if self._snapshot.state.is_over:
            return  # it has ended since the key was pressed
        try:
            self._sent, self._sent_at = send_request(self._folder, kind), time.monotonic()
        except UserError as error:
            self._add(Warned(text=error.problem, remedy=error.remedy))
        else:
            self._add(StateChanged(state=self._snapshot.state, detail=f"{kind} is requested"))

    def _note_waiting(self) -> None:
        """Report a request that is not taken for long, once; remove it if nobody is left to take it."""
        if self._sent is None:
            return
        if not is_waiting(self._folder, self._sent):
            self._sent = None
        elif self._snapshot.state.is_over:
            withdraw(self._folder, self._sent)
        elif time.monotonic() - self._sent_at >= SECONDS_UNTIL_NOTE:
            text = f"{self._sent.request} was not taken yet"
            self._add(Warned(text=text, remedy="The run takes it after its batch, or when it reports again"))
            self._sent = None
