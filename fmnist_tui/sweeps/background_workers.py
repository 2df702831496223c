"""Workers of a sweep in processes of their own, which outlive this one: `sweep work`, as in any terminal."""

import os
import time
from pathlib import Path
from subprocess import Popen

from fmnist_tui.engine.background import last_line, start_process
from fmnist_tui.errors import UserError
from fmnist_tui.paths import require_home
from fmnist_tui.sanitize import quote
from fmnist_tui.sweeps.storage import STORAGE_VARIABLE, Location, sweeps_folder

WATCHED_SECONDS = 5.0
"""How long a new worker is watched for an error at its start: most of that is the time that its imports take."""

POLL_SECONDS = 0.1

MAX_WORKERS = 64
"""More processes on one machine are more likely a slip than a plan."""


def output_file(name: str) -> Path:
    """Return the file with what the background workers of a sweep print."""
    return sweeps_folder() / f"{name}.log"


def last_words(name: str) -> str:
    """Return the last line that a background worker of a sweep has printed on this machine; empty if there is none."""
    return last_line(output_file(name))


def start_workers(name: str, location: Location, number: int = 1, *, continues: bool = False) -> None:
    """Start workers of a sweep in the background.

    Args:
        name: The name of the sweep.
        location: Where the sweep is; the processes get it by their environment, where no list of processes shows it.
        number: The number of workers.
        continues: Whether a sweep that was stopped is continued.

    Raises:
        UserError: They can't be started, or one has ended with an error soon.
    """
    if location.url != os.environ.get(STORAGE_VARIABLE, "").strip():
        raise UserError(f"the workers would look for {quote(name)} elsewhere", f"Set {STORAGE_VARIABLE}")
    require_home()
    try:
        sweeps_folder().mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(f"can't make {quote(sweeps_folder(), 200)}: {error.strerror or error}") from error
    arguments = ["sweep", "work", name, *(["--continue"] if continues else [])]
    processes = [start_process(arguments, output_file(name)) for _ in range(number)]
    until = time.monotonic() + WATCHED_SECONDS
    while time.monotonic() < until and not any(map(_has_failed, processes)):
        time.sleep(POLL_SECONDS)
    if any(map(_has_failed, processes)):
        reason = last_words(name) or "its process has ended at once"
        raise UserError(f"a worker of sweep {quote(name)} has ended: {reason}")


def _has_failed(process: "Popen[bytes]") -> bool:
    return process.poll() not in (None, 0)
