"""Which run a launcher's processes train, so that those which it starts after a failure resume it."""

import os
from contextlib import suppress

import psutil

from fmnist_tui.atomic_files import read_whole, write_whole
from fmnist_tui.errors import UserError
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder, entry_names
from fmnist_tui.sanitize import quote

MAX_BYTES = 1000

NEWEST = 1000
"""Number of newest runs that are searched: a restart follows its launch."""


def launch_id() -> str:
    """Return what is the same for the processes that a launcher starts on this host, and different for all others.

    It is the launcher's process. The name that torchrun gives a launch is "none" by default, or may be used again.
    """
    launcher = psutil.Process(os.getppid())
    return f"process {launcher.pid} since {launcher.create_time()}"


def mark_launch(folder: RunFolder) -> None:
    """Note in a run's folder that this process's launch trains it.

    Raises:
        UserError: It can't be written.
    """
    try:
        write_whole(folder.launch_file, launch_id().encode())
    except OSError as error:
        raise UserError(f"can't write {quote(folder.launch_file, 200)}: {error.strerror or error}") from error


def run_of_launch() -> RunFolder | None:
    """Return the newest run of this process's launch; None if it is the first attempt."""
    wanted = launch_id().encode()
    for name in sorted(entry_names(), reverse=True)[:NEWEST]:
        folder = RunFolder(runs_folder() / name)
        with suppress(OSError):
            if read_whole(folder.launch_file, MAX_BYTES) == wanted:
                return folder
    return None
