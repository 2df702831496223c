"""Proves that a file is the one it claims to be, and says what it is where it isn't."""

import hashlib
from pathlib import Path

from fmnist_tui.data.files import DataFile
from fmnist_tui.data.idx import REPLACE_IT, Idx, parse_idx, read_content
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

MAX_LABEL = 9


def read_verified(path: Path, file: DataFile, name: str = "") -> Idx:
    """The array in `path`, proven by its checksum to be `file` of Fashion-MNIST.

    Args:
        path: Where the file lies, gzipped or not.
        file: What it should be.
        name: How error messages name it; the quoted path where empty.

    Raises:
        UserError: The file can't be read, or isn't the expected one; says what was found instead.
    """
    name = name or quote(path, 200)
    content = read_content(path, name)
    digest = hashlib.sha256(content).hexdigest()
    if digest == file.sha256:
        return parse_idx(content, name)
    if digest == file.mnist_sha256:
        raise UserError(
            f"{name} is from MNIST, the handwritten digits, which uses the same file names as Fashion-MNIST",
            REPLACE_IT,
        )
    found = parse_idx(content, name)
    _check_shape(found, file, name)
    raise UserError(
        f"{name} has the right shape, but not Fashion-MNIST's content (sha256 {digest[:12]}…): it is an altered copy "
        "or another dataset under the same name",
        REPLACE_IT,
    )


def _check_shape(found: Idx, file: DataFile, name: str) -> None:
    if len(found.dims) != len(file.dims):
        raise UserError(
            f"{name} has the magic number of {_noun(len(found.dims))}, but should hold {_noun(len(file.dims))}",
            REPLACE_IT,
        )
    if found.dims[0] != file.dims[0]:
        raise UserError(
            f"{name} holds {found.dims[0]:,} {_noun(len(file.dims))}, but should hold {file.dims[0]:,}", REPLACE_IT
        )
    if found.dims != file.dims:
        raise UserError(
            f"{name} holds images of {_size(found.dims)} pixels, but should hold {_size(file.dims)}", REPLACE_IT
        )
    if file.holds_labels and found.values and max(found.values) > MAX_LABEL:
        where = next(index for index, label in enumerate(found.values) if label > MAX_LABEL)
        raise UserError(
            f"{name} has the label {found.values[where]} at position {where:,}, but labels go from 0 to 9", REPLACE_IT
        )


def _noun(dimensions: int) -> str:
    return {1: "labels", 3: "images"}.get(dimensions, f"an array of {dimensions} dimensions")


def _size(dims: tuple[int, ...]) -> str:
    return " × ".join(str(dim) for dim in dims[1:])
