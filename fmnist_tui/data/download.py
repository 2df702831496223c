"""Download a dataset from its mirrors into the user's cache."""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import repeat
from pathlib import Path
from urllib.parse import urlsplit

from fmnist_tui.data.idx import MAX_CONTENT_BYTES
from fmnist_tui.data.locate import FOLDER_VARIABLE, DataNotFound, Source, dataset_cache, find_source, not_found
from fmnist_tui.data.verify import problem_of
from fmnist_tui.datasets import DataFile, DatasetSpec
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

ROUNDS = 2
"""Number of attempts per mirror and file."""

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
"""Longest waits for a connection and for the next bytes; a cancellation takes effect within the latter."""

CHUNK_BYTES = 2**16

ABANDONED_SECONDS = 3600.0
"""An unfinished file of this age was left by a process that was killed."""

Progress = Callable[[str, int, int], None]
"""Called with a file's name, the bytes received and the bytes in total (0 if the mirror does not send it)."""


class DownloadCancelled(UserError):
    """The user cancelled the download."""


class _MirrorError(Exception):
    """A mirror did not send a file; `is_final` means that another attempt is useless."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


def find_or_fetch(spec: DatasetSpec, data: str, on_progress: Progress, should_stop: Callable[[], bool]) -> Source:
    """Find a dataset's files; download them first if they are not on this machine and `data` is "auto".

    Raises:
        DataNotFound: No mirror sent them.
        DownloadCancelled: `should_stop` returned True.
        UserError: The folder that the user named lacks files, or the cache can't be written.
    """
    try:
        return find_source(spec, data)
    except DataNotFound:
        fetch_dataset(spec, dataset_cache(spec), on_progress, should_stop)
        return find_source(spec, data)


def fetch_unless_good(spec: DatasetSpec, on_progress: Progress) -> Source:
    """Find the files that "auto" selects; download them first if they are missing or don't verify.

    Raises:
        DataNotFound: No mirror sent them.
        UserError: The folder in `$FMNIST_TUI_DATA` lacks files or holds bad ones, which a download to the cache would
            not replace; or the cache can't be written.
    """
    with suppress(DataNotFound):
        source = find_source(spec, "auto")
        found = next(filter(None, map(problem_of, source.files, spec.files, repeat(spec))), None)
        if found is None:
            return source
        if os.environ.get(FOLDER_VARIABLE):
            remedy = f"Put a good copy in its place, or unset {FOLDER_VARIABLE}, which names that folder"
            raise UserError(found.problem, remedy) from found
    fetch_dataset(spec, dataset_cache(spec), on_progress, lambda: False)
    return find_source(spec, "auto")


def fetch_dataset(spec: DatasetSpec, folder: Path, on_progress: Progress, should_stop: Callable[[], bool]) -> None:
    """Download a dataset's files into `folder`, gzipped as the mirrors have them. Good files there are left alone.

    A file appears under its name only once it is complete and verified; unfinished files are deleted.

    Args:
        spec: The dataset.
        folder: Created if missing.
        on_progress: Called with each file's progress.
        should_stop: Called before each file and after each chunk; True cancels the download.

    Raises:
        DataNotFound: No mirror sent one of the files; the message has each mirror's reason.
        DownloadCancelled: `should_stop` returned True.
        UserError: The folder can't be written, such as when the disk is full.
    """
    mirrors = list(spec.mirrors)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _delete_abandoned(folder)
        for file in spec.files:
            target = folder / f"{file.name}.gz"
            if problem_of(target, file, spec):
                _fetch_file(file, spec, target, mirrors, on_progress=on_progress, should_stop=should_stop)
    except OSError as error:
        raise _cannot_write(spec, folder, error) from error


def _fetch_file(
    file: DataFile,
    spec: DatasetSpec,
    target: Path,
    mirrors: list[str],
    *,
    on_progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    """Download one file, trying the mirrors in turn; remove those from `mirrors` that failed for good."""
    # Beside the target: renaming works within one disk only.
    part = target.with_name(f".{target.name}.{os.getpid()}.part")

    def receive(address: str) -> None:
        with part.open("wb") as out:
            for chunk, done, total in _chunks(address):
                if should_stop():
                    raise DownloadCancelled(f"the download of {target.name} was cancelled")
                out.write(chunk)
                if done:
                    on_progress(target.name, done, total)
            out.flush()
            os.fsync(out.fileno())
        if problem := problem_of(part, file, spec, name="it"):
            raise _MirrorError(f"sent a bad file: {problem.problem}")

    reasons: dict[str, str] = {}
    try:
        for mirror in [*mirrors] * ROUNDS:
            if mirror not in mirrors:
                continue
            try:
                receive(mirror + target.name)
            except _MirrorError as failure:
                reasons[mirror] = str(failure)
                if failure.is_final:
                    mirrors.remove(mirror)
            else:
                part.replace(target)
                return
    finally:
        part.unlink(missing_ok=True)
    listed = "; ".join(f"{urlsplit(mirror).netloc} {reason}" for mirror, reason in reasons.items())
    raise not_found(spec, f"no mirror of {spec.title} sent {target.name}: {listed or 'none is left to ask'}")


def _chunks(address: str) -> Iterator[tuple[bytes, int, int]]:
    """Yield the chunks of a file, each with the bytes received so far and in total.

    Raises:
        _MirrorError: The mirror did not send the whole file.
    """
    import requests

    yield b"", 0, 0  # so that a caller can cancel before the first request
    done = total = 0
    timeout = (CONNECT_SECONDS, READ_SECONDS)
    headers = {"Accept-Encoding": "identity"}  # the file as it is, so that its length is the one announced
    try:
        with requests.get(address, stream=True, timeout=timeout, headers=headers) as response:
            if not response.ok:
                status = response.status_code
                raise _MirrorError(f"responded with HTTP status {status}", is_final=status < 500)
            length = response.headers.get("Content-Length", "")
            total = int(length) if length.isdecimal() else 0
            for chunk in response.iter_content(CHUNK_BYTES):
                done += len(chunk)
                if done > MAX_CONTENT_BYTES:
                    raise _MirrorError(f"sends more than {MAX_CONTENT_BYTES:,} bytes", is_final=True)
                yield chunk, done, total
    except OSError as error:  # every error of requests is one
        if done:
            raise _MirrorError(f"closed the connection after {done:,} of {total:,} bytes") from error
        reason = "did not respond in time" if isinstance(error, requests.Timeout) else "can't be reached"
        raise _MirrorError(reason, is_final=True) from error


def _delete_abandoned(folder: Path) -> None:
    """Delete what killed processes left; a younger file may belong to a download in another terminal."""
    for part in folder.glob(".*.part"):
        with suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > ABANDONED_SECONDS:
                part.unlink()


def _cannot_write(spec: DatasetSpec, folder: Path, error: OSError) -> UserError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(
            f"the disk is full: {spec.title} needs {spec.download_mb} MB in {quote(folder, 200)}",
            "Free some space, or set FMNIST_TUI_HOME to a folder on another disk",
        )
    return UserError(
        f"can't write to {quote(folder, 200)}: {error.strerror or error}", "Set FMNIST_TUI_HOME to a writable folder"
    )
