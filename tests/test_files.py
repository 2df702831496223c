"""Reading whatever may lie where a file is expected, without ever waiting or filling the memory."""

import os

import pytest

from fmnist_tui.files import open_regular, read_whole


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
def test_what_is_no_regular_file_is_refused_at_once(tmp_path, make):
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
