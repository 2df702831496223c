import gzip
import math
import os
from pathlib import Path

import pytest
from fake_files import idx_bytes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fmnist_tui.data import idx
from fmnist_tui.data.idx import Idx, parse_idx, read_content
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

WHOLE = idx_bytes((2, 3), b"abcdef")


def read_idx(path: Path) -> Idx:
    name = quote(path, 200)
    return parse_idx(read_content(path, name), name)


def refusal(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        read_idx(path)
    message = caught.value.line()
    assert str(path) in message
    return message


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["array", "array.gz"])  # the content shows whether it is compressed, not the name
def test_reads_dims_and_values(tmp_path: Path, packed: bool, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(WHOLE) if packed else WHOLE)
    array = read_idx(path)
    assert array.dims == (2, 3)
    assert array.values == b"abcdef"


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"", "is empty"),
        (WHOLE[:-1], "ends too early: 17 of 18 bytes"),
        (WHOLE[:6], "ends too early: 6 bytes, less than its header"),
        (WHOLE + b"!", "has 19 bytes, but its header states 18"),
        (b"<html>no such file</html>", "its magic number is 3c68746d, not 000008xx"),
        (b"\0\0\x0d\x01\0\0\0\0", "its magic number is 00000d01"),  # floats
        (b"\0\0\x08\xff" + b"\xff" * 1020, "1,024 of over 10^15 bytes"),
        (gzip.compress(WHOLE, mtime=0)[:-9], "its gzip stream is cut off"),
        (gzip.compress(WHOLE, mtime=0)[:10] + b"\xff" * 30, "is corrupt gzip data"),
        (gzip.compress(WHOLE, mtime=0)[:-8] + b"\0" * 8, "is corrupt gzip data"),  # its checksum does not match
        (gzip.compress(WHOLE[:-1], mtime=0), "ends too early: 17 of 18 bytes"),
    ],
)
def test_broken_content_is_named(tmp_path: Path, content: bytes, finding: str) -> None:
    path = tmp_path / "broken"
    path.write_bytes(content)
    message = refusal(path)
    assert finding in message


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    assert "is a folder, but should be a data file" in refusal(tmp_path)


def test_pipe_in_place_of_a_file_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert "is not a regular file" in refusal(path)


def test_missing_file(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "gone")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "locked"
    path.write_bytes(WHOLE)
    monkeypatch.setattr(idx, "open_regular", deny)  # chmod would not stop root
    message = refusal(path)
    assert "no permission to read" in message
    assert "Change its permissions" in message


def test_unpacking_stops_at_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idx, "MAX_CONTENT_BYTES", 1000)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(10**6)))
    assert "holds more than 1,000 bytes" in refusal(path)


def test_control_characters_in_a_name_are_not_echoed(tmp_path: Path) -> None:
    path = tmp_path / "bad\x1b[31m\nname"
    path.write_bytes(b"")
    with pytest.raises(UserError) as caught:
        read_idx(path)
    assert "\x1b" not in caught.value.line()


@settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    dims = data.draw(st.lists(st.integers(0, 4), max_size=4))
    content = bytearray(idx_bytes(dims, data.draw(st.binary(min_size=math.prod(dims), max_size=math.prod(dims)))))
    if data.draw(st.booleans()):
        content = bytearray(gzip.compress(content, mtime=0))
    for _ in range(data.draw(st.integers(0, 3))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(0, len(content))) if data.draw(st.booleans()) else len(content) :]
    path = tmp_path / "mutated"
    path.write_bytes(content)
    try:
        array = read_idx(path)
    except UserError as error:
        assert "\n" not in error.line()
    else:
        unpacked = read_content(path, "it")
        assert idx_bytes(array.dims, bytes(array.values)) == unpacked
        assert math.prod(array.dims) == len(array.values)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=64), st.booleans())
def test_noise_is_read_or_refused(noise: bytes, with_magic: bool) -> None:
    content = b"\0\0\x08" + noise if with_magic else noise
    try:
        array = parse_idx(content, "it")
    except UserError:
        return
    assert idx_bytes(array.dims, bytes(array.values)) == content
