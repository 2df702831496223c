"""Fetches the dataset from its mirrors into the user's cache."""

import errno
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from fmnist_tui.data.files import FASHION_MNIST, DataFile
from fmnist_tui.data.idx import MAX_CONTENT_BYTES
from fmnist_tui.data.locate import FOLDER_VARIABLE, WAYS_OUT, DataNotFound, Source, dataset_cache, find_source
from fmnist_tui.data.verify import read_verified
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

MIRRORS = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
)
"""torchvision's mirror (a test compares; to ask torchvision itself costs two seconds), then the authors' repository.

That the first is plain HTTP does no harm: whatever comes is proven by its checksum.
"""

ROUNDS = 2
"""How often each mirror is asked for a file before giving up on it."""

CONNECT_SECONDS, SILENCE_SECONDS = 5.0, 10.0
"""How long a mirror may take to take the call, and to send its next bytes; a stop takes effect within the latter."""

CHUNK_BYTES = 2**16

ABANDONED_SECONDS = 3600.0
"""An unfinished file this old was left by a process that was killed."""

Progress = Callable[[str, int, int], None]
"""Told of a file's name, the bytes that have come, and its bytes in all (0 where the mirror doesn't say)."""


class DownloadCancelled(UserError):
    """The user stopped the download."""


class _MirrorError(Exception):
    """A mirror did not send a file; `is_out` tells that there is no use in asking it again."""

    def __init__(self, reason: str, is_out: bool = False) -> None:
        super().__init__(reason)
        self.is_out = is_out


def find_or_fetch(data: str, on_progress: Progress, should_stop: Callable[[], bool]) -> Source:
    """The place that the dataset is read from, fetched first where it is nowhere and `data` is "auto".

    Raises:
        DataNotFound: No mirror sent it.
        DownloadCancelled: `should_stop` said so.
        UserError: The folder that was named lacks files, or the cache can't be written to.
    """
    try:
        return find_source(data)
    except DataNotFound:
        fetch_dataset(dataset_cache(), on_progress, should_stop)
        return find_source(data)


def fetch_unless_good(on_progress: Progress, should_stop: Callable[[], bool]) -> Source:
    """The place that "auto" leads to, fetched first where it is nowhere or doesn't verify: the cure for a bad file.

    Raises:
        DataNotFound: No mirror sent it.
        DownloadCancelled: `should_stop` said so.
        UserError: The folder that `$FMNIST_TUI_DATA` names lacks files or holds bad ones, which a fetch to the cache
            would not replace; or the cache can't be written to.
    """
    with suppress(DataNotFound):
        source = find_source("auto")
        try:
            for path, file in zip(source.files, FASHION_MNIST, strict=True):
                read_verified(path, file)
        except UserError as error:
            if os.environ.get(FOLDER_VARIABLE):
                remedy = f"Put a good copy in its place, or unset {FOLDER_VARIABLE}, which names that folder"
                raise UserError(error.problem, remedy) from error
        else:
            return source
    fetch_dataset(dataset_cache(), on_progress, should_stop)
    return find_source("auto")


def fetch_dataset(
    folder: Path,
    on_progress: Progress,
    should_stop: Callable[[], bool],
    mirrors: Sequence[str] = MIRRORS,
    files: Sequence[DataFile] = FASHION_MNIST,
) -> None:
    """Puts the verified files into `folder`, gzipped as the mirrors have them. Good ones that are there stay.

    A file appears under its name only when it is whole and verified; nothing half-written is left behind.

    Args:
        folder: Where the files go; made where it is missing.
        on_progress: Told of each file's progress.
        should_stop: Asked before each file and with each piece that comes.
        mirrors: Addresses that the files' names with `.gz` are appended to, the first choice first.
        files: What to fetch.

    Raises:
        DataNotFound: No mirror sent one of the files; says what each mirror did.
        DownloadCancelled: `should_stop` said so.
        UserError: The folder can't be written to, such as for want of space.
    """
    in_use = list(mirrors)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        for file in files:
            if not _is_good(folder / f"{file.name}.gz", file):
                _fetch_file(file, folder, in_use, on_progress, should_stop)
    except OSError as error:
        raise _cannot_write(folder, error) from error


def _fetch_file(
    file: DataFile, folder: Path, mirrors: list[str], on_progress: Progress, should_stop: Callable[[], bool]
) -> None:
    """Fetches one file, from the mirrors in turn; takes those out of `mirrors` that it is no use to ask again."""
    target = folder / f"{file.name}.gz"
    part = folder / f".{target.name}.{os.getpid()}.part"  # beside the target: renaming works within one disk only
    reasons: dict[str, str] = {}
    try:
        for mirror in [*mirrors] * ROUNDS:
            if mirror not in mirrors:
                continue
            try:
                with part.open("wb") as out:
                    transfer = _Transfer(target.name, out, on_progress, should_stop)
                    _receive(mirror + target.name, transfer)
                    out.flush()
                    os.fsync(out.fileno())
                _verify(part, file)
            except _MirrorError as failure:
                reasons[mirror] = str(failure)
                if failure.is_out:
                    mirrors.remove(mirror)
            else:
                part.replace(target)
                return
    finally:
        part.unlink(missing_ok=True)
    told = "; ".join(f"{urlsplit(mirror).netloc} {reason}" for mirror, reason in reasons.items())
    raise DataNotFound(f"no mirror of Fashion-MNIST sent {target.name}: {told or 'none is left to ask'}", WAYS_OUT)


@dataclass(slots=True)
class _Transfer:
    """What pooch's downloader writes to and tells of its progress: it counts, passes on, and stops when asked to."""

    name: str
    out: BinaryIO
    on_progress: Progress
    should_stop: Callable[[], bool]
    total: int = 0  # set by pooch
    done: int = 0
    disk_error: OSError | None = None

    def stop_if_asked(self) -> None:
        if self.should_stop():
            raise DownloadCancelled(f"the download of {self.name} was stopped", "Start it again whenever you like")

    def write(self, piece: bytes) -> None:
        self.stop_if_asked()
        self.done += len(piece)
        if self.done > MAX_CONTENT_BYTES:
            raise _MirrorError(f"sends more than {MAX_CONTENT_BYTES:,} bytes", is_out=True)
        try:
            self.out.write(piece)
        except OSError as error:
            self.disk_error = error  # told apart from the network's errors, which are OSErrors too
            raise
        self.on_progress(self.name, self.done, self.total)

    def flush(self) -> None:
        """Pooch flushes after each piece; once at the end is enough."""

    def update(self, count: int) -> None:
        """Pooch counts whole chunks here; `write` counts bytes."""

    def reset(self) -> None:
        """A progress bar's method that pooch calls."""

    def close(self) -> None:
        """A progress bar's method that pooch calls."""


def _receive(address: str, transfer: _Transfer) -> None:
    import pooch
    import requests

    transfer.stop_if_asked()
    download = pooch.HTTPDownloader(
        progressbar=transfer,
        chunk_size=CHUNK_BYTES,
        timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
        headers={"Accept-Encoding": "identity"},  # the file as it is, so that its length is the one announced
    )
    try:
        download(address, transfer, None)
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        raise _MirrorError(f"answered with HTTP status {status}", is_out=status < 500) from error
    except requests.RequestException as error:
        if transfer.done:
            reason = f"broke off after {transfer.done:,} of {transfer.total:,} bytes"
        else:
            reason = "did not answer in time" if isinstance(error, requests.Timeout) else "can't be reached"
        raise _MirrorError(reason, is_out=not transfer.done) from error
    except OSError as error:
        if error is transfer.disk_error:
            raise
        raise _MirrorError(f"failed: {error.strerror or error}") from error


def _verify(part: Path, file: DataFile) -> None:
    try:
        read_verified(part, file, name="what")
    except UserError as error:
        raise _MirrorError(f"sent a bad file: {error.problem.removeprefix('what ')}") from error


def _is_good(path: Path, file: DataFile) -> bool:
    try:
        read_verified(path, file)
    except UserError:
        return False
    return True


def _sweep(folder: Path) -> None:
    """Removes what killed processes left; a younger one may belong to a download under way in another terminal."""
    for part in folder.glob(".*.part"):
        with suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > ABANDONED_SECONDS:
                part.unlink()


def _cannot_write(folder: Path, error: OSError) -> UserError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(
            f"the disk is full: Fashion-MNIST takes 30 MB in {quote(folder, 200)}",
            "Free some space, or set FMNIST_TUI_HOME to a folder on another disk",
        )
    return UserError(
        f"can't write to {quote(folder, 200)}: {error.strerror or error}",
        "Set FMNIST_TUI_HOME to a folder that you may write to",
    )
