"""Find a dataset's files on this machine."""

import os
from dataclasses import dataclass
from pathlib import Path

from fmnist_tui.datasets import DatasetSpec
from fmnist_tui.errors import UserError
from fmnist_tui.paths import cache_folder
from fmnist_tui.sanitize import quote

FOLDER_VARIABLE = "FMNIST_TUI_DATA"


class DataNotFound(UserError):
    """The dataset is not on this machine, and was not or could not be downloaded."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a dataset was found.

    Attributes:
        folder: The folder with the files.
        files: The files, in the order of the spec.
        origin: A description for the user.
    """

    folder: Path
    files: tuple[Path, ...]
    origin: str


def dataset_cache(spec: DatasetSpec) -> Path:
    """Return the folder that downloaded files are stored in."""
    return cache_folder() / spec.name


def not_found(spec: DatasetSpec, problem: str) -> DataNotFound:
    """Return the error for a missing dataset, with the ways to get it."""
    fetch = f"`fmnist-tui data fetch --dataset {spec.name}`"
    return DataNotFound(
        problem,
        f"Run {fetch} on a machine with a network, name the folder that holds the files with --data, or use "
        "--dataset demo",
    )


def find_source(spec: DatasetSpec, data: str) -> Source:
    """Find the files of a dataset.

    If the user named a folder, as `data` or by `$FMNIST_TUI_DATA`, no other folder is searched: training on other files
    than those asked for would be worse than an error.

    Args:
        spec: The dataset.
        data: "auto", or a folder.

    Raises:
        DataNotFound: `data` is "auto", and none of the usual folders has all files.
        UserError: The folder that the user named does not exist, can't be read or lacks files.
    """
    if data != "auto":
        return _named_source(spec, data, f"the folder {quote(data, 200)}")
    if named := os.environ.get(FOLDER_VARIABLE):
        return _named_source(spec, named, f"the folder {quote(named, 200)}, which {FOLDER_VARIABLE} names")
    usual = [(dataset_cache(spec), "the cache"), *((folder, "the system folder") for folder in spec.folders)]
    for folder, description in usual:
        files = _files_in(spec, folder)
        if len(files) == len(spec.files):
            return Source(folder, tuple(files.values()), f"{description} {quote(folder, 200)}")
    places = " or ".join(quote(folder, 200) for folder, _description in usual)
    raise not_found(spec, f"{spec.title} is not on this machine: not in {places}")


def _named_source(spec: DatasetSpec, name: str, origin: str) -> Source:
    remedy = f"Name the folder that holds the {len(spec.files)} files of {spec.title}, or use --data auto"
    try:
        folder = Path(name).expanduser()
        next(folder.iterdir(), None)  # fails if the folder is missing or can't be read
    except FileNotFoundError as error:
        raise UserError(f"{origin} does not exist", remedy) from error
    except NotADirectoryError as error:
        raise UserError(f"{origin} is a file, not a folder", remedy) from error
    except PermissionError as error:
        raise UserError(f"no permission to read {origin}", f"Change its permissions. {remedy}") from error
    except (OSError, RuntimeError) as error:  # RuntimeError: a ~user without a home
        raise UserError(f"can't read {origin}: {getattr(error, 'strerror', None) or error}", remedy) from error
    # One folder may hold several datasets, whose files have the same names: each in a folder of its own comes first.
    below = (*spec.subfolders, spec.name, ".", "raw")
    layouts = [(folder / layout, _files_in(spec, folder / layout)) for layout in below]
    found_in, files = max(layouts, key=lambda layout: len(layout[1]))
    missing = [file.name for file in spec.files if file.name not in files]
    if missing:
        raise UserError(f"{origin} lacks {', '.join(missing)} (each may end in .gz)", remedy)
    return Source(found_in, tuple(files.values()), origin)


def _files_in(spec: DatasetSpec, folder: Path) -> dict[str, Path]:
    """Return the dataset's files in `folder` by name; empty if it can't be read."""
    try:
        there = {path.name: path for path in folder.iterdir()}
        found = {file.name: _preferred(file.name, there) for file in spec.files}
    except OSError:
        return {}
    return {name: path for name, path in found.items() if path}


def _preferred(name: str, there: dict[str, Path]) -> Path | None:
    """Return the compressed file, which a download replaces, else the plain one, else a folder of that name."""
    candidates = [there[known_as] for known_as in (f"{name}.gz", name) if known_as in there]
    return next((path for path in candidates if path.is_file()), next(iter(candidates), None))
