"""Files that a crash leaves whole: the old content or the new, never a part."""

import os
from pathlib import Path


def write_whole(target: Path, content: bytes) -> None:
    """Puts `content` at `target`: to a temporary file beside it, flushed and synced, then renamed, the folder synced.

    Raises:
        OSError: It can't be written; what was at `target` is still there.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Makes renames and removals in `folder` last through a power cut, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sweep_temporaries(folder: Path) -> None:
    """Removes what writers that were killed left in `folder`; only for a folder that nobody else writes to."""
    for temporary in folder.glob(".*.tmp"):
        temporary.unlink(missing_ok=True)
