"""Where an export is written: whole or not at all, and never over something else."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote


@contextmanager
def new_target(target: Path, *, overwrite: bool, is_export: Callable[[Path], bool]) -> Iterator[Path]:
    """Yield a path beside `target` to write to; it becomes `target` at the end of the `with` block, if nothing raises.

    Args:
        target: A file or folder.
        overwrite: Whether it may replace an earlier export.
        is_export: Return whether a path is an export of the same format; nothing else is ever replaced.

    Raises:
        UserError: The target exists, or can't be written.
    """
    require_free(target, overwrite=overwrite, is_export=is_export)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        _remove(temporary)
        yield temporary
        _sync(temporary)
        _rename(temporary, target, overwrite=overwrite)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"can't write {quote(target, 200)}: {reason}", "Name another path with --output") from error
    finally:
        with suppress(OSError):
            _remove(temporary)


def require_free(target: Path, *, overwrite: bool, is_export: Callable[[Path], bool]) -> None:
    """Check that an export may be written to `target`, before the work begins.

    Raises:
        UserError: Something is there that must not be replaced, or there is no such folder.
    """
    if not os.path.lexists(target):
        if not target.parent.is_dir():
            raise UserError(f"there is no folder {quote(target.parent, 200)}", "Make it, or name another with --output")
    elif target.is_symlink() or not is_export(target):
        raise UserError(f"{quote(target, 200)} exists and is not an export of this format", "Name another --output")
    elif not overwrite:
        raise UserError(f"{quote(target, 200)} exists", "Replace it with --force, or name another --output")


def _rename(temporary: Path, target: Path, *, overwrite: bool) -> None:
    """Give the finished export its name; without `overwrite`, something that appeared there meanwhile stays."""
    if temporary.is_dir():
        if overwrite and target.is_dir():  # only an empty folder can be replaced by a rename
            former = target.with_name(f".{target.name}.{os.getpid()}.old")
            target.rename(former)
            temporary.rename(target)
            shutil.rmtree(former)
        else:
            temporary.rename(target)
    elif overwrite:
        temporary.replace(target)
    else:
        _link(temporary, target)


def _link(temporary: Path, target: Path) -> None:
    """Give a file its name; unlike a rename, this fails if the name is taken."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # some file systems have no links
        if os.path.lexists(target):
            raise
        temporary.rename(target)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    for file in path.iterdir() if path.is_dir() else (path,):
        with file.open("rb+") as stream:
            os.fsync(stream.fileno())
