"""Writes that a crash can't leave half done, and reads that no file can block."""

import os
import stat
from pathlib import Path
from typing import BinaryIO


class UnexpectedFileError(OSError):
    """A path is a FIFO, a device, a socket or a folder, or a file larger than any that this program writes there."""

    def __init__(self, file: Path, reason: str = "it is not a regular file") -> None:
        super().__init__(None, reason, str(file))


def open_regular(file: Path) -> BinaryIO:
    """Open a regular file for reading.

    A run's folder may come from anywhere: opening a FIFO would wait for a writer, and a device may be endless.

    Raises:
        OSError: It can't be opened, or is not a regular file.
    """
    if not stat.S_ISREG(file.stat().st_mode):  # opening some devices has effects
        raise UnexpectedFileError(file)
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # it was replaced in between
        os.close(descriptor)
        raise UnexpectedFileError(file)
    return os.fdopen(descriptor, "rb")


def read_whole(file: Path, limit: int) -> bytes:
    """Return the content of a regular file of at most `limit` bytes.

    Raises:
        OSError: It can't be read, is not a regular file, or is larger.
    """
    with open_regular(file) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise UnexpectedFileError(file, f"it is larger than {limit:,} bytes")
    return content


def write_whole(target: Path, content: bytes) -> None:
    """Replace `target` by a file with `content`: a temporary file, flushed, synced and renamed; then sync the folder.

    Raises:
        OSError: It can't be written; `target` is unchanged.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        temporary.unlink(missing_ok=True)
        with temporary.open("xb") as file:  # never through a link
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sweep_temporaries(folder: Path) -> None:
    """Remove the temporary files of killed writers from `folder`, which no other process may be writing to."""
    for temporary in folder.glob(".*.tmp"):
        if temporary.is_symlink() or not temporary.is_dir():  # never a folder
            temporary.unlink(missing_ok=True)
