"""Reads IDX, the format of MNIST's files: a magic number, the dimensions, then one byte for each value."""

import gzip
import math
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fmnist_tui.errors import UserError

UNSIGNED_BYTES = b"\0\0\x08"
"""The first three bytes of an IDX file of bytes; the fourth is the number of dimensions."""

MAX_CONTENT_BYTES = 64 * 2**20
"""Bytes; the largest of the four files has 45 MiB. Keeps a damaged or hostile file from filling the memory."""

REPLACE_IT = "Put a good copy in its place, or run `fmnist-tui data fetch` and leave the data at auto"


@dataclass(frozen=True, slots=True, eq=False)
class Idx:
    """The array in an IDX file: its dimensions, and its bytes in row-major order."""

    dims: tuple[int, ...]
    values: bytearray


def read_content(path: Path, name: str) -> bytes:
    """The file's bytes, unpacked where it is gzipped, whatever its name ends in.

    Args:
        path: The file.
        name: How error messages name it.

    Raises:
        UserError: The file can't be read or unpacked, or is far larger than any of the dataset's files.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "no plain file"
            raise UserError(f"{name} is {kind}, but should be a data file", REPLACE_IT)
        with path.open("rb") as file:
            content = _unpacked(file)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        finding = (
            "ends too early: its gzip stream is cut off" if isinstance(error, EOFError) else "is corrupt gzip data"
        )
        raise UserError(f"{name} {finding}", REPLACE_IT) from error
    except PermissionError as error:
        raise UserError(f"you may not read {name}", "Change its permissions, or name another folder") from error
    except OSError as error:
        raise UserError(f"can't read {name}: {error.strerror or error}", REPLACE_IT) from error
    if len(content) > MAX_CONTENT_BYTES:
        raise UserError(f"{name} holds more than {MAX_CONTENT_BYTES:,} bytes", REPLACE_IT)
    return content


def _unpacked(file: IO[bytes]) -> bytes:
    is_gzipped = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    if not is_gzipped:
        return file.read(MAX_CONTENT_BYTES + 1)
    with gzip.GzipFile(fileobj=file) as packed:
        return packed.read(MAX_CONTENT_BYTES + 1)


def parse_idx(content: bytes, name: str) -> Idx:
    """The array that `content` holds.

    Args:
        content: A whole IDX file, uncompressed.
        name: How error messages name it.

    Raises:
        UserError: The content is no IDX file of bytes, or is shorter or longer than its header says.
    """
    if not content:
        raise UserError(f"{name} is empty", REPLACE_IT)
    if content[:3] != UNSIGNED_BYTES:
        raise UserError(
            f"{name} is no IDX file of bytes: its magic number is {content[:4].hex()}, not 000008xx", REPLACE_IT
        )
    header = 4 + 4 * int.from_bytes(content[3:4], "big")
    if len(content) < header:
        raise UserError(f"{name} ends too early: {len(content):,} bytes, not even its header", REPLACE_IT)
    dims = tuple(int.from_bytes(content[start : start + 4], "big") for start in range(4, header, 4))
    expected = header + math.prod(dims)
    if len(content) < expected:
        raise UserError(f"{name} ends too early: {len(content):,} of {_count(expected)} bytes", REPLACE_IT)
    if len(content) > expected:
        raise UserError(f"{name} has {len(content):,} bytes, but its header tells of {expected:,}", REPLACE_IT)
    return Idx(dims, bytearray(memoryview(content)[header:]))


def _count(number: int) -> str:
    return f"{number:,}" if number < 10**15 else "absurdly many"  # 255 dimensions make numbers of 2,400 digits
