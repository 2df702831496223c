"""Verify that a file is the expected one, and report what it is otherwise."""

import hashlib
from pathlib import Path

from fmnist_tui.data.idx import Idx, parse_idx, read_content
from fmnist_tui.datasets import CLASSES, DATASETS, DataFile, DatasetSpec
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote


def read_verified(path: Path, file: DataFile, spec: DatasetSpec, name: str = "") -> Idx:
    """Return the array in a file, verified by its digest.

    Args:
        path: The file, gzipped or not.
        file: The expected file of the dataset.
        spec: The dataset.
        name: The file's name in error messages; the quoted path if empty.

    Raises:
        UserError: The file can't be read, or is not the expected one; the message describes what was found.
    """
    try:
        return _verified(path, file, spec, name or quote(path, 200))
    except UserError as error:
        fetch = f"run `fmnist-tui data fetch --dataset {spec.name}` and use --data auto"
        raise UserError(error.problem, error.remedy or f"Put a good copy in its place, or {fetch}") from error


def problem_of(path: Path, file: DataFile, spec: DatasetSpec, name: str = "") -> UserError | None:
    """Return the error that `read_verified` raises for a file; None if it is good."""
    try:
        read_verified(path, file, spec, name)
    except UserError as error:
        return error
    return None


def _verified(path: Path, file: DataFile, spec: DatasetSpec, name: str) -> Idx:
    content = read_content(path, name)
    digest = hashlib.sha256(content).hexdigest()
    gz_md5 = _md5(path) if file.gz_md5 else ""
    if gz_md5 == file.gz_md5 if file.gz_md5 else digest == file.sha256:
        return parse_idx(content, name)
    for other in DATASETS.values():
        if other.name != spec.name and digest in (known.sha256 for known in other.files):
            raise UserError(f"{name} is from {other.title}, which uses the same file names as {spec.title}")
    _check_shape(parse_idx(content, name), file, name)
    if gz_md5 and path.suffix != ".gz":
        raise UserError(
            f"{name} can't be verified: of {spec.title}, only the digests of the .gz files are published",
            f"Put {file.name}.gz beside it, as it was downloaded",
        )
    found = f"md5 {gz_md5[:12]}…" if gz_md5 else f"sha256 {digest[:12]}…"
    raise UserError(
        f"{name} has the right shape, but not {spec.title}'s content ({found}): it is an altered copy or another "
        "dataset under the same name"
    )


def _md5(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "md5").hexdigest()


def _check_shape(found: Idx, file: DataFile, name: str) -> None:
    if len(found.dims) != len(file.dims):
        raise UserError(
            f"{name} has the magic number of {_noun(len(found.dims))}, but should hold {_noun(len(file.dims))}"
        )
    if found.dims[0] != file.dims[0]:
        raise UserError(f"{name} holds {found.dims[0]:,} {_noun(len(file.dims))}, but should hold {file.dims[0]:,}")
    if found.dims != file.dims:
        raise UserError(f"{name} holds images of {_size(found.dims)} pixels, but should hold {_size(file.dims)}")
    if len(file.dims) == 1 and found.values and max(found.values) >= CLASSES:
        where = next(index for index, label in enumerate(found.values) if label >= CLASSES)
        raise UserError(
            f"{name} has the label {found.values[where]} at position {where:,}, but labels are 0 to {CLASSES - 1}"
        )


def _noun(dimensions: int) -> str:
    return {1: "labels", 3: "images"}.get(dimensions, f"an array of {dimensions} dimensions")


def _size(dims: tuple[int, ...]) -> str:
    return " × ".join(str(dim) for dim in dims[1:])
