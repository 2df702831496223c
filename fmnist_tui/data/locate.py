"""Finds the four files of Fashion-MNIST on this machine."""

import os
from dataclasses import dataclass
from pathlib import Path

from fmnist_tui.data.files import FASHION_MNIST
from fmnist_tui.errors import UserError
from fmnist_tui.paths import cache_folder
from fmnist_tui.sanitize import quote

FOLDER_VARIABLE = "FMNIST_TUI_DATA"

SYSTEM_FOLDERS = (Path("/usr/share/datasets/fashion-mnist"),)
"""Where Debian and Ubuntu's package `dataset-fashion-mnist` puts the files."""

LAYOUTS = (Path(), Path("FashionMNIST/raw"), Path("raw"))
"""Where the files may lie below a folder that a person names: in it, or as torchvision puts them."""

WAYS_OUT = (
    "Run `fmnist-tui data fetch` on a machine with a network, or name the folder that holds the four files, or train "
    "on the demo data"
)


class DataNotFound(UserError):
    """The dataset is nowhere on this machine, and was not or could not be fetched."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the dataset was found.

    Attributes:
        folder: The folder that the files lie in.
        files: The four files, in the order of `FASHION_MNIST`.
        origin: Where that is, in words.
    """

    folder: Path
    files: tuple[Path, ...]
    origin: str


def dataset_cache() -> Path:
    """The folder that fetched files are put in."""
    return cache_folder() / "fashion-mnist"


def find_source(data: str) -> Source:
    """The place that the dataset is read from: a folder that was named, or else the first usual one that has it.

    A folder that was named, as `data` or by `$FMNIST_TUI_DATA`, is the only one that is looked into: to train on other
    files than the ones asked for would be worse than to stop.

    Args:
        data: "auto", or a folder.

    Raises:
        DataNotFound: `data` is "auto", and none of the usual folders has the four files.
        UserError: The folder that was named isn't there, can't be read or lacks files.
    """
    if data != "auto":
        return _named_source(data, f"the folder {quote(data, 200)}")
    if named := os.environ.get(FOLDER_VARIABLE):
        return _named_source(named, f"the folder {quote(named, 200)}, which {FOLDER_VARIABLE} names")
    usual = [(dataset_cache(), "the cache"), *((folder, "the system's folder") for folder in SYSTEM_FOLDERS)]
    for folder, words in usual:
        files = _files_in(folder)
        if len(files) == len(FASHION_MNIST):
            return Source(folder, tuple(files.values()), f"{words} {quote(folder, 200)}")
    places = " or ".join(quote(folder, 200) for folder, _words in usual)
    raise DataNotFound(f"Fashion-MNIST is not on this machine: not in {places}", WAYS_OUT)


def _named_source(name: str, origin: str) -> Source:
    remedy = "Name the folder that holds the four Fashion-MNIST files, or leave the data at auto"
    try:
        folder = Path(name).expanduser()
        next(folder.iterdir(), None)  # tells a missing or locked folder from one that only lacks files
    except FileNotFoundError as error:
        raise UserError(f"{origin} does not exist", remedy) from error
    except NotADirectoryError as error:
        raise UserError(f"{origin} is a file, not a folder", remedy) from error
    except PermissionError as error:
        raise UserError(f"you may not read {origin}", f"Change its permissions. {remedy}") from error
    except (OSError, RuntimeError) as error:  # RuntimeError: ~someone who has no home
        raise UserError(f"can't read {origin}: {getattr(error, 'strerror', None) or error}", remedy) from error
    layouts = [(folder / layout, _files_in(folder / layout)) for layout in LAYOUTS]
    found_in, files = max(layouts, key=lambda layout: len(layout[1]))  # the first of equals: the folder itself
    missing = [file.name for file in FASHION_MNIST if file.name not in files]
    if missing:
        raise UserError(f"{origin} lacks {', '.join(missing)} (each may end in .gz)", remedy)
    return Source(found_in, tuple(files.values()), origin)


def _files_in(folder: Path) -> dict[str, Path]:
    """Those of the four files that `folder` holds, by name; none where it can't be read."""
    try:
        there = {path.name: path for path in folder.iterdir()}
        found = {file.name: _preferred(file.name, there) for file in FASHION_MNIST}
    except OSError:
        return {}
    return {name: path for name, path in found.items() if path}


def _preferred(name: str, there: dict[str, Path]) -> Path | None:
    """The packed file first: it is the one that a fetch replaces. A folder of the name last: reading it says so."""
    candidates = [there[known_as] for known_as in (f"{name}.gz", name) if known_as in there]
    return next((path for path in candidates if path.is_file()), next(iter(candidates), None))
