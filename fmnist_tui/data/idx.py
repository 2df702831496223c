"""Read IDX, the format of MNIST's files: a magic number, the dimensions, then one byte for each value."""

import gzip
import math
import zlib
from dataclasses import dataclass
from pathlib import Path

from fmnist_tui.atomic_files import UnexpectedFileError, open_regular
from fmnist_tui.errors import UserError

UNSIGNED_BYTES = b"\0\0\x08"
"""The first three bytes of an IDX file of bytes; the fourth is the number of dimensions."""

MAX_CONTENT_BYTES = 64 * 2**20
"""The largest file of a dataset has 45 MiB. Prevents a damaged or hostile file from filling the memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Idx:
    """The array in an IDX file: its dimensions, and its bytes in row-major order."""

    dims: tuple[int, ...]
    values: bytearray


def read_content(path: Path, name: str) -> bytes:
    """Return a file's content, decompressed if it is gzipped, whatever its suffix.

    Args:
        path: The file.
        name: The file's name in error messages.

    Raises:
        UserError: The file can't be read or decompressed, or is far larger than any of a dataset's files.
    """
    try:
        with open_regular(path) as file:
            is_gzipped = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            stream = gzip.GzipFile(fileobj=file) if is_gzipped else file
            content = stream.read(MAX_CONTENT_BYTES + 1)
    except UnexpectedFileError as error:
        kind = "a folder" if path.is_dir() else "not a regular file"
        raise UserError(f"{name} is {kind}, but should be a data file") from error
    except EOFError as error:
        raise UserError(f"{name} ends too early: its gzip stream is cut off") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise UserError(f"{name} is corrupt gzip data") from error
    except PermissionError as error:
        raise UserError(f"no permission to read {name}", "Change its permissions, or name another folder") from error
    except OSError as error:
        raise UserError(f"can't read {name}: {error.strerror or error}") from error
    if len(content) > MAX_CONTENT_BYTES:
        raise UserError(f"{name} holds more than {MAX_CONTENT_BYTES:,} bytes")
    return content


def parse_idx(content: bytes, name: str) -> Idx:
    """Return the array in an uncompressed IDX file.

    Args:
        content: The whole file.
        name: The file's name in error messages.

    Raises:
        UserError: The content is not an IDX file of bytes, or is shorter or longer than its header states.
    """
    if not content:
        raise UserError(f"{name} is empty")
    if content[:3] != UNSIGNED_BYTES:
        raise UserError(f"{name} is not an IDX file of bytes: its magic number is {content[:4].hex()}, not 000008xx")
    header = 4 + 4 * int.from_bytes(content[3:4], "big")
    if len(content) < header:
        raise UserError(f"{name} ends too early: {len(content):,} bytes, less than its header")
    dims = tuple(int.from_bytes(content[start : start + 4], "big") for start in range(4, header, 4))
    expected = header + math.prod(dims)
    if len(content) < expected:
        raise UserError(f"{name} ends too early: {len(content):,} of {_count(expected)} bytes")
    if len(content) > expected:
        raise UserError(f"{name} has {len(content):,} bytes, but its header states {expected:,}")
    return Idx(dims, bytearray(memoryview(content)[header:]))


def _count(number: int) -> str:
    return f"{number:,}" if number < 10**15 else "over 10^15"  # 255 dimensions make numbers of 2,400 digits
