"""Report which files of a dataset are on disk and whether they verify, without loading torch."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fmnist_tui.data.locate import find_source
from fmnist_tui.data.verify import problem_of
from fmnist_tui.datasets import DataFile, DatasetSpec
from fmnist_tui.errors import UserError


@dataclass(frozen=True, slots=True)
class FileStatus:
    """One file as it was found.

    Attributes:
        path: Where the file is.
        size: Its size on disk in bytes.
        problem: What is wrong with it and the fix, in one line; empty if it verifies.
    """

    path: Path
    size: int
    problem: str


@dataclass(frozen=True, slots=True)
class DataStatus:
    """What was found of a dataset.

    Attributes:
        origin: Where the images come from, as text; empty if nothing was found.
        files: The dataset's files; empty for a synthetic dataset, or if not all were found.
        problem: The first problem and its fix, in one line; empty if there is none.
    """

    origin: str
    files: tuple[FileStatus, ...] = ()
    problem: str = ""


def check(spec: DatasetSpec, data: str) -> DataStatus:
    """Find and verify a dataset's files; takes about half a second.

    Args:
        spec: The dataset.
        data: "auto", or a folder.
    """
    if spec.is_synthetic:
        return DataStatus("drawn by fmnist-tui")
    try:
        source = find_source(spec, data)
    except UserError as error:
        return DataStatus("", problem=error.line())
    files = tuple(_file_status(path, file, spec) for path, file in zip(source.files, spec.files, strict=True))
    return DataStatus(source.origin, files, next((file.problem for file in files if file.problem), ""))


def _file_status(path: Path, file: DataFile, spec: DatasetSpec) -> FileStatus:
    problem, size = problem_of(path, file, spec), 0
    with suppress(OSError):
        size = path.stat().st_size
    return FileStatus(path, size, problem.line() if problem else "")
