"""One writer a run: a lock that the system takes away from a process that dies."""

from filelock import FileLock, Timeout

from fmnist_tui.errors import UserError
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.sanitize import quote


def lock_run(folder: RunFolder) -> FileLock:
    """Takes the run for this process, until the lock is released or the process dies.

    Raises:
        UserError: Another process has it, or the folder can't be written to.
    """
    # A moment's patience: someone who only asks whether the run is being written holds it that long.
    lock = FileLock(folder.lock_file, timeout=0.2)
    try:
        lock.acquire()
    except Timeout as error:
        raise UserError(
            f"run {quote(folder.run)} is being trained by another process", "Wait for it or stop it"
        ) from error
    except OSError as error:
        raise UserError(f"can't write to {quote(folder.path, 200)}: {error.strerror or error}") from error
    return lock


def is_being_written(folder: RunFolder) -> bool:
    """Whether a living process has the run."""
    if not folder.lock_file.exists():
        return False
    try:
        with FileLock(folder.lock_file, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False
