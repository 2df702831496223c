"""Reading regular files only, up to a limit, without blocking; sweeping temporary files."""

import os

import pytest

from fmnist_tui.atomic_files import open_regular, read_whole, sweep_temporaries, write_whole


@pytest.mark.parametrize(
    "make",
    [
        os.mkfifo,
        lambda path: path.mkdir(),
        lambda path: path.symlink_to("/dev/zero"),
        lambda path: path.symlink_to(path),
        lambda path: path.symlink_to("/nowhere/at/all"),
    ],
    ids=["fifo", "folder", "link to a device", "link to itself", "dangling link"],
)
def test_anything_but_a_regular_file_is_refused_at_once(tmp_path, make):
    path = tmp_path / "file"
    make(path)
    with pytest.raises(OSError):
        open_regular(path)


def test_a_file_that_is_too_large_is_refused_without_being_read_whole(tmp_path):
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(20 * 2**30)
    with pytest.raises(OSError, match="larger than 1,000 bytes"):
        read_whole(path, 1_000)


def test_a_regular_file_is_read_whole_up_to_the_limit(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 1_000)
    assert read_whole(path, 1_000) == b"x" * 1_000


def test_sweeping_removes_temporary_files_and_links_and_leaves_folders(tmp_path):
    (tmp_path / ".a.1.tmp").write_bytes(b"")
    (tmp_path / ".b.1.tmp").mkdir()
    (tmp_path / ".c.1.tmp").symlink_to(tmp_path / ".b.1.tmp")
    sweep_temporaries(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".b.1.tmp"]


def test_a_link_in_place_of_the_temporary_file_is_not_written_through(tmp_path):
    outside, target = tmp_path / "outside", tmp_path / "target"
    outside.write_bytes(b"mine")
    (tmp_path / f".target.{os.getpid()}.tmp").symlink_to(outside)
    write_whole(target, b"new")
    assert (outside.read_bytes(), target.read_bytes()) == (b"mine", b"new")
