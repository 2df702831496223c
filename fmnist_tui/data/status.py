"""Tells what is on disk and whether it is good, without loading torch."""

from dataclasses import dataclass
from pathlib import Path

from fmnist_tui.data.files import FASHION_MNIST, DataFile
from fmnist_tui.data.locate import find_source
from fmnist_tui.data.verify import read_verified
from fmnist_tui.errors import UserError


@dataclass(frozen=True, slots=True)
class FileStatus:
    """One file as it was found.

    Attributes:
        path: Where it lies.
        size: Its bytes on disk, gzipped or not.
        problem: What is wrong with it and the way out, in one line; empty where it is good.
    """

    path: Path
    size: int
    problem: str


@dataclass(frozen=True, slots=True)
class DataStatus:
    """What `data` leads to.

    Attributes:
        origin: Where the images come from, in words; empty where nothing was found.
        files: The four files; none for the demo data, or where not all were found.
        problem: The first thing that is wrong and the way out, in one line; empty where all is good.
    """

    origin: str
    files: tuple[FileStatus, ...] = ()
    problem: str = ""


def check(data: str) -> DataStatus:
    """Looks for the dataset and verifies each file; takes a good half second where there is one.

    Args:
        data: "auto", "demo", or a folder.
    """
    if data == "demo":
        return DataStatus("drawn by fmnist-tui")
    try:
        source = find_source(data)
    except UserError as error:
        return DataStatus("", problem=error.line())
    files = tuple(_file_status(path, file) for path, file in zip(source.files, FASHION_MNIST, strict=True))
    return DataStatus(source.origin, files, next((file.problem for file in files if file.problem), ""))


def _file_status(path: Path, file: DataFile) -> FileStatus:
    problem = ""
    try:
        read_verified(path, file)
    except UserError as error:
        problem = error.line()
    try:
        size = path.stat().st_size
    except OSError:
        size = 0
    return FileStatus(path, size, problem)
