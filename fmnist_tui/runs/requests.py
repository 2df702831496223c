"""Requests to a run from other processes: a file in its folder, which the training takes when it reports.

Everyone who may write to the folder may control the run. There is neither a socket nor a lock, so it works between
hosts that share the folder.
"""

import getpass
import os
import socket
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fmnist_tui.atomic_files import read_whole, write_whole
from fmnist_tui.errors import UserError
from fmnist_tui.events import Seconds, Text
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.sanitize import one_line, quote

MAX_BYTES = 4096
"""A request has some hundred bytes."""


class RequestKind(StrEnum):
    """What is requested."""

    PAUSE = "pause"
    CONTINUE = "continue"
    STOP = "stop"


class RunRequest(BaseModel):
    """A request to a run.

    Attributes:
        by: Who requests it: user, host and process.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    request: RequestKind
    time: Seconds
    by: Annotated[Text, Field(max_length=200)]

    @property
    def user(self) -> str:
        """The user and the host, on one line."""
        return one_line(self.by.partition(" ")[0]) or "somebody"


class UnusableRequestError(Exception):
    """The file of requests is none that this program wrote."""


def send_request(folder: RunFolder, kind: RequestKind) -> RunRequest:
    """Write a request, which replaces one that waits; return it.

    Raises:
        UserError: The folder can't be written to.
    """
    request = RunRequest(request=kind, time=time.time(), by=f"{_user()}@{socket.gethostname()} {os.getpid()}"[:200])
    try:
        write_whole(folder.request_file, f"{request.model_dump_json()}\n".encode())
    except OSError as error:
        raise UserError(
            f"can't write {quote(folder.request_file, 200)}: {error.strerror or error}",
            "A run is controlled by files in its folder: free some space, or ask its owner for write access",
        ) from error
    return request


def is_waiting(folder: RunFolder, request: RunRequest) -> bool:
    """Return whether a request was not taken yet; one that another has replaced isn't waiting either."""
    with suppress(OSError, UnusableRequestError):
        return fingerprint_of(folder.request_file) is not None and _read(folder.request_file) == request
    return False


def withdraw(folder: RunFolder, request: RunRequest) -> None:
    """Remove a request that nobody will take."""
    if is_waiting(folder, request):
        with suppress(OSError):
            folder.request_file.unlink()


class RequestInbox:
    """Takes the requests to a run; used by the process that trains it.

    A request is taken once, even if its file can't be removed. What is no request stays where it is.

    Args:
        folder: The run.
        on_problem: Called with the reason if there is something that can't be taken; once.
    """

    def __init__(self, folder: RunFolder, on_problem: Callable[[str], None]) -> None:
        self._file = folder.request_file
        self._own = self._file.with_name(f".{self._file.name}.{os.getpid()}.taken")
        self._on_problem = on_problem
        self._seen: tuple[int, ...] | None = None
        self._has_reported = False

    def clear(self) -> None:
        """Remove a request to a process that no longer exists; never one that has just arrived."""
        with suppress(OSError, UnusableRequestError):
            found = fingerprint_of(self._file)
            if found is None:
                return
            _read(self._file)
            self._seen = found  # also if it can't be removed
            self._file.replace(self._own)
            if fingerprint_of(self._own) == found:
                self._own.unlink()
            else:
                self._own.replace(self._file)

    def take(self) -> RunRequest | None:
        """Return a new request and remove it; None if there is none."""
        try:
            found = fingerprint_of(self._file)
            if found is None or found == self._seen:
                return None
            self._seen = found
            return self._taken()
        except UnusableRequestError as error:
            self._report(f"{quote(self._file, 200)} is ignored: {error}")
        except OSError as error:
            self._report(f"{quote(self._file, 200)} can't be read: {error.strerror or error}")
        return None

    def _taken(self) -> RunRequest:
        request = _read(self._file)
        # Renamed before it is removed: another request that has just replaced it must not be removed unread.
        try:
            self._file.replace(self._own)
        except OSError as error:
            self._report(f"{quote(self._file, 200)} was followed, but can't be removed: {error.strerror or error}")
            return request
        self._seen = None
        try:
            return _read(self._own)
        finally:
            self._own.unlink(missing_ok=True)

    def _report(self, problem: str) -> None:
        if not self._has_reported:
            self._has_reported = True
            self._on_problem(problem)


def fingerprint_of(file: Path) -> tuple[int, ...] | None:
    """Return what changes with a file; None if there is none."""
    try:
        if os.name == "posix":
            # Opening the folder makes a network file system ask the server, instead of repeating what it knew.
            descriptor = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                found = os.stat(file.name, dir_fd=descriptor, follow_symlinks=False)
            finally:
                os.close(descriptor)
        else:
            found = file.lstat()
    except FileNotFoundError:
        return None
    return found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns


def _read(file: Path) -> RunRequest:
    """Return the request in a file.

    Raises:
        UnusableRequestError: There is none in it.
        OSError: It can't be read.
    """
    if not stat.S_ISREG(file.lstat().st_mode):  # also not through a link
        raise UnusableRequestError("it is not a regular file")
    content = read_whole(file, MAX_BYTES)
    try:
        return RunRequest.model_validate_json(content)
    except ValidationError as error:
        raise UnusableRequestError("it holds no request of this program") from error


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user id without a name, as in some containers
        return str(getattr(os, "getuid", lambda: "user")())
