"""Whether a run may be trained on another host, whose lock can't be seen from here on some shared file systems."""

import socket
import time
from collections.abc import Callable

from fmnist_tui.atomic_files import open_regular
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunEnded, RunResumed, RunStarted, RunState, StateChanged
from fmnist_tui.formatting import duration
from fmnist_tui.runs.event_log import MAX_LOG, event_in, read_lines
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import SILENCE_SECONDS, is_being_written
from fmnist_tui.sanitize import quote

SECONDS_TO_GROW = 3.0
"""A run that trains reports every second. Whether its log grows is certain; the clocks of two hosts may differ."""

_TYPES = (b"run_started", b"run_resumed", b"run_ended", b"state_changed")


def refuse_if_trained_elsewhere(
    folder: RunFolder,
    *,
    host: str = "",
    wall_clock: Callable[[], float] = time.time,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Refuse a run that another host seems to train; a second process would write the same files.

    It does if its log has no end, names another host, and is new, grows, or ends with a pause. Who knows better removes
    the file `lock`: without it, nothing is refused.

    Args:
        folder: The run.
        host: The name of this machine.
        wall_clock: Returns the seconds since 1970.
        sleep: Waits some seconds.

    Raises:
        UserError: Another host seems to train the run.
    """
    if not folder.lock_file.exists() or is_being_written(folder):
        return  # a lock that can be seen decides it
    try:
        trained_on, state = _last_known(folder)
        if state.is_over or trained_on in ("", host or socket.gethostname()):
            return
        found = folder.events_file.stat()
        age = wall_clock() - found.st_mtime
        if state is RunState.PAUSED:
            doing = "it is paused there"
        elif age < SILENCE_SECONDS:
            doing = f"it reported {duration(max(0.0, age))} ago"
        else:
            sleep(SECONDS_TO_GROW)
            if folder.events_file.stat().st_size == found.st_size:
                return
            doing = "its log grows"
    except OSError:
        return  # what is wrong with the log is reported by whoever needs it
    raise UserError(
        f"run {quote(folder.run)} was trained on {quote(trained_on)}, and may still be: {doing}",
        f"Resume or stop it there; if no process does, remove {quote(folder.lock_file, 200)}",
    )


def is_trained_elsewhere(folder: RunFolder) -> bool:
    """Return whether the log of a run names another host as the one that trains it, and has no end."""
    try:
        trained_on, state = _last_known(folder)
    except OSError:
        return False
    return not state.is_over and trained_on not in ("", socket.gethostname())


def _last_known(folder: RunFolder) -> tuple[str, RunState]:
    """Return the host that last trained a run, and the state that its log ends with.

    Raises:
        OSError: The log can't be read.
    """
    host, state = "", RunState.STARTING
    with open_regular(folder.events_file) as stream:
        for line in read_lines(stream, MAX_LOG):
            if not any(name in line for name in _TYPES):
                continue  # most of a log is steps, which need not be parsed
            match event_in(line):
                case RunStarted(host=host):
                    state = RunState.STARTING
                case RunResumed(started=started):
                    host, state = started.host, RunState.STARTING
                case StateChanged(state=state) | RunEnded(state=state):
                    pass
    return host, state
