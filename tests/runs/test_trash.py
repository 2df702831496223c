"""The trash: a deleted run is in one place or the other, whatever goes wrong, and never while it is trained."""

import errno
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.runs import trash
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, write_labels
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.resolve import run_folders
from fmnist_tui.runs.trash import delete_permanently, find_trashed, list_trash, move_to_trash, restore

CONFIG = RunConfig.from_preset("fast", "logistic")


def a_run(name: str = "") -> RunFolder:
    folder = RunFolder.create(CONFIG)
    folder.checkpoints.mkdir()
    (folder.checkpoints / "weights.safetensors").write_bytes(b"x" * 1000)
    if name:
        write_labels(folder, RunLabels(name=name))
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_deleted_run_leaves_the_list_and_is_restored_as_it_was(home: Path) -> None:
    folder, other = a_run("baseline"), a_run()
    before, start = contents(folder.path), time.time()
    trashed = move_to_trash(folder)
    assert [summary.run for summary in list_runs()] == [other.run]
    (listed,) = list_trash()
    assert (listed.run, listed.folder, trash.name_of(listed)) == (folder.run, trashed.folder, "baseline")
    assert start - 1e-3 <= listed.deleted <= time.time()
    assert 1000 < listed.size() < 20_000
    assert restore(listed) == folder
    assert contents(folder.path) == before
    assert list_trash() == []
    assert list((home / "trash").iterdir()) == []


def test_the_last_deleted_run_is_the_first_in_the_trash() -> None:
    folders = [a_run() for _ in range(3)]
    for folder in folders:
        move_to_trash(folder)
    assert [trashed.run for trashed in list_trash()] == [folder.run for folder in reversed(folders)]
    assert find_trashed("latest").run == folders[-1].run


def test_a_run_in_the_trash_is_found_like_one_in_the_list() -> None:
    first, second = a_run("baseline"), a_run()
    for folder in (first, second):
        move_to_trash(folder)
    assert find_trashed("baseline").run == find_trashed(first.run).run == first.run
    assert find_trashed(second.run).run == second.run
    with pytest.raises(UserError, match="matches 2 runs in the trash"):
        find_trashed(first.run[:8])
    with pytest.raises(UserError, match="there is no run 'nope' in the trash"):
        find_trashed("nope")


def test_a_run_that_is_trained_is_not_deleted() -> None:
    folder = a_run()
    for delete in (move_to_trash, delete_permanently):
        with lock_run(folder), pytest.raises(UserError, match="is being trained"):
            delete(folder)
    assert folder.run in run_folders()
    assert list_trash() == []


TRAIN_AND_DELETE = """
import sys
from pathlib import Path
from fmnist_tui.errors import UserError
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import lock_run
folder = RunFolder(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    try:
        with lock_run(folder):
            assert folder.config_file.exists(), "a run that is locked can't be in the trash"
    except UserError as error:
        if "deleted" in str(error) or "can't write" in str(error):
            break
"""


def test_a_run_is_never_moved_while_another_process_holds_its_lock() -> None:
    folder = a_run()
    other = subprocess.Popen(
        [sys.executable, "-c", TRAIN_AND_DELETE, str(folder.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "ready\n"
    while not list_trash():
        try:
            move_to_trash(folder)
        except UserError as error:
            assert "is being trained" in str(error)
    assert other.communicate(timeout=60) == ("", "")
    assert "config.json" in contents(list_trash()[0].folder.path)


def test_a_run_is_never_restored_over_another() -> None:
    folder = a_run("old")
    trashed = move_to_trash(folder)
    folder.path.mkdir()
    (folder.path / "config.json").write_text("new")
    with pytest.raises(UserError, match="there is a run"):
        restore(trashed)
    assert folder.config_file.read_text() == "new"
    assert [one.run for one in list_trash()] == [folder.run]


def test_runs_with_the_same_identifier_are_restored_last_deleted_first() -> None:
    folder = a_run()
    for name in ("first", "second"):
        folder.path.mkdir(exist_ok=True)
        folder.write_config(CONFIG)
        write_labels(folder, RunLabels(name=name))
        move_to_trash(folder)
    assert trash.name_of(find_trashed(folder.run)) == "second"


@pytest.mark.skipif(os.name != "posix", reason="makes FIFOs and links")
@pytest.mark.parametrize(
    "kind", ["no config", "lock is a folder", "lock is a link", "lock is a FIFO", "config is a link"]
)
def test_a_damaged_run_can_be_deleted_and_restored(kind: str, tmp_path: Path) -> None:
    folder = a_run()
    match kind:
        case "no config":
            folder.config_file.unlink()
            folder.events_file.touch()
        case "lock is a folder":
            folder.lock_file.mkdir()
        case "lock is a link":
            folder.lock_file.symlink_to(tmp_path / "someone-elses-file")
        case "lock is a FIFO":
            os.mkfifo(folder.lock_file)
        case "config is a link":
            folder.config_file.unlink()
            folder.config_file.symlink_to("/dev/zero")
    restore(move_to_trash(folder))
    assert folder.run in run_folders()
    delete_permanently(folder)
    assert folder.run not in run_folders()
    assert not (tmp_path / "someone-elses-file").exists()


def test_what_lies_elsewhere_is_not_deleted(home: Path, tmp_path: Path) -> None:
    folder = a_run()
    elsewhere = RunFolder(folder.path.rename(tmp_path / "elsewhere"))
    (home / "runs" / "a-link").symlink_to(elsewhere.path)
    for one, reason in ((elsewhere, "is not in the folder of runs"), (RunFolder(home / "runs" / "a-link"), "a link")):
        for delete in (move_to_trash, delete_permanently):
            with pytest.raises(UserError, match=reason):
                delete(one)
    assert elsewhere.config_file.exists()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EXDEV, "another file system: only `runs delete --permanently`"),
        (errno.EROFS, "Read-only file system. Nothing has changed"),
        (errno.ENOSPC, "No space left"),
    ],
)
def test_a_run_that_cannot_be_moved_stays_whole(
    number: int, words: str, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    folder = a_run()
    before = contents(folder.path)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError(number, os.strerror(number))))
        with pytest.raises(UserError, match=re.escape(words)):
            move_to_trash(folder)
    assert contents(folder.path) == before
    assert list((home / "trash").iterdir()) == []
    trashed = move_to_trash(folder)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError(number, os.strerror(number))))
        with pytest.raises(UserError, match=re.escape(words)):
            restore(trashed)
    assert contents(trashed.folder.path) == before
    assert not folder.path.exists()


def test_a_file_in_place_of_the_trash_is_one_line(home: Path) -> None:
    folder = a_run()
    (home / "trash").touch()
    with pytest.raises(UserError, match="can't move run"):
        move_to_trash(folder)
    with pytest.raises(UserError, match="can't read the trash"):
        list_trash()
    assert folder.run in run_folders()


def test_what_else_lies_in_the_trash_is_left_alone(home: Path) -> None:
    (home / "trash" / "20260101-000000-000000").mkdir(parents=True)
    (home / "trash" / "my-notes" / "x").mkdir(parents=True)
    (home / "trash" / "20260101-000000-000001").write_text("")
    assert list_trash() == []
    with pytest.raises(UserError, match="the trash is empty"):
        find_trashed("x")


def test_a_run_in_the_trash_is_deleted_permanently(home: Path) -> None:
    trashed = move_to_trash(a_run())
    delete_permanently(trashed)
    assert list_trash() == []
    assert list((home / "trash").iterdir()) == []
    with pytest.raises(UserError, match="has been deleted"):
        restore(trashed)
