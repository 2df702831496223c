"""The trash: deleted runs, which can be restored until the trash is emptied.

`<home>/trash/<when>/<run>` is a run's folder as it was; `<when>` is the time of its deletion in UTC. A run is moved by
one rename within the file system: it is in one place or the other, never in both and never in parts.
"""

import calendar
import errno
import os
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fmnist_tui.errors import UserError
from fmnist_tui.paths import runs_folder, trash_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import kept_from_training
from fmnist_tui.sanitize import quote

STAMP = "%Y%m%d-%H%M%S"

TRASH_LIST = "`fmnist-tui runs restore` lists what is in the trash"


@dataclass(frozen=True, slots=True)
class TrashedRun:
    """A deleted run.

    Attributes:
        folder: Where it is now.
        deleted: When it was deleted, in seconds since the epoch.
    """

    folder: RunFolder
    deleted: float

    @property
    def run(self) -> str:
        return self.folder.run

    def size(self) -> int:
        """Return the bytes of its files."""
        total = 0
        for parent, _folders, files in os.walk(self.folder.path):
            for name in files:
                with suppress(OSError):
                    total += os.lstat(f"{parent}/{name}").st_size
        return total


def move_to_trash(folder: RunFolder) -> TrashedRun:
    """Delete a run in a way that `restore` takes back.

    Raises:
        UserError: The run is being trained, is not in the folder of runs, or can't be moved; nothing has changed then.
    """
    from fmnist_tui.runs.elsewhere import refuse_if_trained_elsewhere  # slow to import: it reads events

    _require_own(folder)
    refuse_if_trained_elsewhere(folder)
    with kept_from_training(folder):
        try:
            place, deleted = _new_place()
            try:
                moved = folder.path.rename(place / folder.run)
            except OSError:
                place.rmdir()
                raise
        except OSError as error:
            raise _not_moved(folder, "to the trash", error) from error
    return TrashedRun(RunFolder(moved), deleted)


def restore(trashed: TrashedRun) -> RunFolder:
    """Move a run back to where it was deleted.

    Raises:
        UserError: There is a run with its identifier, or it can't be moved; it is still in the trash then.
    """
    target = runs_folder() / trashed.run
    with kept_from_training(trashed.folder):  # or from being deleted meanwhile
        try:
            runs_folder().mkdir(parents=True, exist_ok=True)
            if os.name == "posix":
                target.mkdir()  # renaming replaces an empty folder: of two processes, only one can have made it
            try:
                trashed.folder.path.rename(target)
            except OSError:
                if os.name == "posix":
                    target.rmdir()
                raise
        except FileExistsError as error:
            raise UserError(
                f"there is a run {quote(trashed.run)} again, so the deleted one stays in the trash",
                "Delete it or rename its folder",
            ) from error
        except OSError as error:
            raise _not_moved(trashed.folder, "out of the trash", error) from error
    _remove_place(trashed)
    return RunFolder(target)


def delete_permanently(run: RunFolder | TrashedRun) -> None:
    """Delete a run for good, or one that is in the trash.

    Raises:
        UserError: The run is being trained, is not in the folder of runs, or can't be deleted.
    """
    folder = run.folder if isinstance(run, TrashedRun) else run
    if not isinstance(run, TrashedRun):
        _require_own(folder)
    with kept_from_training(folder):
        try:
            shutil.rmtree(folder.path)
        except OSError as error:
            raise UserError(
                f"not all of {quote(folder.path, 200)} could be deleted: {error.strerror or error}",
                "Make it writable, and delete it again",
            ) from error
    if isinstance(run, TrashedRun):
        _remove_place(run)


def list_trash() -> list[TrashedRun]:
    """Return the runs in the trash, the last deleted first.

    Raises:
        UserError: The trash can't be read.
    """
    found = []
    try:
        for place in trash_folder().iterdir():
            deleted = _time_of(place.name)
            if deleted is not None and place.is_dir():
                found += [TrashedRun(RunFolder(path), deleted) for path in place.iterdir() if path.is_dir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UserError(f"can't read the trash {quote(trash_folder(), 200)}: {error.strerror or error}") from error
    return sorted(found, key=lambda trashed: (trashed.deleted, trashed.run), reverse=True)


def find_trashed(ref: str) -> TrashedRun:
    """Return the run in the trash that `ref` names: its identifier, its name, the start of the identifier, or "latest".

    Of several, it is the last deleted one if they have the same identifier.

    Raises:
        UserError: There is none, or several.
    """
    trash = list_trash()
    if not trash:
        raise UserError("the trash is empty")
    if ref == "latest":
        return trash[0]
    for matches in (_identified(trash, ref), _named(trash, ref), _started(trash, ref)):
        if len({trashed.run for trashed in matches}) > 1:
            raise UserError(f"{quote(ref)} matches {len(matches)} runs in the trash", TRASH_LIST)
        if matches:
            return matches[0]
    raise UserError(f"there is no run {quote(ref)} in the trash", TRASH_LIST)


def _identified(trash: Sequence[TrashedRun], ref: str) -> list[TrashedRun]:
    return [trashed for trashed in trash if trashed.run == ref]


def _named(trash: Sequence[TrashedRun], ref: str) -> list[TrashedRun]:
    return [trashed for trashed in trash if ref and name_of(trashed) == ref]


def _started(trash: Sequence[TrashedRun], ref: str) -> list[TrashedRun]:
    return [trashed for trashed in trash if ref and trashed.run.startswith(ref)]


def name_of(trashed: TrashedRun) -> str:
    """Return what the user called the run; empty if it has no name."""
    from fmnist_tui.runs.labels import read_labels

    with suppress(UserError):
        return read_labels(trashed.folder).name
    return ""


def _require_own(folder: RunFolder) -> None:
    """Raise `UserError` if a run is somewhere else than where it would be restored."""
    if folder.path.is_symlink():
        raise UserError(f"{quote(folder.path, 200)} is a link to a run elsewhere", "Remove the link")
    if folder.path.parent.resolve() != runs_folder().resolve():
        raise UserError(
            f"{quote(folder.path, 200)} is not in the folder of runs, {quote(runs_folder(), 200)}", "Remove its folder"
        )


def _new_place() -> tuple[Path, float]:
    """Return a new folder in the trash and the time that its name states."""
    trash_folder().mkdir(parents=True, exist_ok=True)
    while True:
        seconds, microseconds = divmod(time.time_ns() // 1000, 10**6)
        place = trash_folder() / f"{time.strftime(STAMP, time.gmtime(seconds))}-{microseconds:06}"
        with suppress(FileExistsError):  # another run deleted in the same microsecond
            place.mkdir()
            return place, seconds + microseconds / 1e6


def _time_of(name: str) -> float | None:
    """Return the time that the name of a folder in the trash states; None if it is another folder."""
    stamp, _, fraction = name.rpartition("-")
    with suppress(ValueError, OverflowError):
        return calendar.timegm(time.strptime(stamp, STAMP)) + int(fraction) / 1e6
    return None


def _remove_place(trashed: TrashedRun) -> None:
    with suppress(OSError):  # an empty folder in the trash is not listed
        trashed.folder.path.parent.rmdir()


def _not_moved(folder: RunFolder, where: str, error: OSError) -> UserError:
    remedy = "Nothing has changed"
    if error.errno == errno.EXDEV:
        remedy = f"{trash_folder()} is on another file system: only `runs delete --permanently` can delete it"
    return UserError(f"can't move run {quote(folder.run)} {where}: {error.strerror or error}", remedy)
