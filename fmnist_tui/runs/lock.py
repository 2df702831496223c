"""The lock of a run, held by the process that writes it; the system releases it if that process dies."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from filelock import FileLock, Timeout

from fmnist_tui.atomic_files import open_regular
from fmnist_tui.errors import UserError
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.sanitize import quote

SILENCE_SECONDS = 120.0
"""After that time without an event, a run of another host counts as crashed: its lock may not be visible here. A run
reports every second, but a validation or a batch may take long."""


def lock_run(folder: RunFolder) -> FileLock:
    """Lock the run for this process, until the lock is released or the process dies.

    Raises:
        UserError: Another process holds the lock, the folder can't be written to, or it has just been deleted.
    """
    folder.refuse_links()
    if not folder.is_run:  # locking it would make a folder
        raise _is_gone(folder)
    lock = _acquired(folder)
    if not folder.is_run:  # its folder was moved between the last look at it and the lock
        lock.release()
        raise _is_gone(folder)
    return lock


@contextmanager
def kept_from_training(folder: RunFolder) -> Iterator[None]:
    """Let no process train the run within this, so that its folder can be moved.

    Raises:
        UserError: A process is training it, the folder can't be written to, or it does not exist.
    """
    if not folder.path.is_dir():
        raise _is_gone(folder)
    if folder.lock_file.is_symlink() or (folder.lock_file.exists() and not folder.lock_file.is_file()):
        yield  # nothing can hold such a lock, and nothing trains a run without one
        return
    lock = _acquired(folder)
    try:
        if sys.platform == "win32":
            lock.release()  # a file that is open can't be moved there, which a process that trains the run has open
        yield
    finally:
        lock.release()


def _acquired(folder: RunFolder) -> FileLock:
    # A process that only checks the lock holds it for a moment: wait that long.
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


def _is_gone(folder: RunFolder) -> UserError:
    return UserError(f"run {quote(folder.run)} has been deleted or moved", "`fmnist-tui runs` lists all runs")


def is_being_written(folder: RunFolder) -> bool:
    """Return whether a living process holds the run's lock. Any number of processes may check at once."""
    try:
        with open_regular(folder.lock_file) as stream:
            return is_locked(stream)
    except OSError:
        return False


if sys.platform == "win32":

    def is_locked(stream: BinaryIO) -> bool:
        """Return whether a process holds the lock of this file."""
        try:
            with FileLock(stream.name, timeout=0):
                return False
        except Timeout:
            return True

else:
    import fcntl

    def is_locked(stream: BinaryIO) -> bool:
        """Return whether a process holds the lock of this file."""
        # A shared lock conflicts with the writer's exclusive one, but not with those of other checks.
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
