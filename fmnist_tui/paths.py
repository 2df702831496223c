"""The folders that the program uses."""

import os
from pathlib import Path

import platformdirs

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

HOME_VARIABLE = "FMNIST_TUI_HOME"

_FIX = f"Set {HOME_VARIABLE} to a folder that you may write to"


def home_folder() -> Path:
    """Return the program's folder: `$FMNIST_TUI_HOME`, or the platform's data folder for this user.

    Raises:
        UserError: The variable starts with a `~user` that does not exist.
    """
    override = os.environ.get(HOME_VARIABLE)
    if not override:
        return platformdirs.user_data_path("fmnist-tui", appauthor=False)
    try:
        return Path(override).expanduser()
    except RuntimeError as error:
        raise UserError(f"{HOME_VARIABLE} is {quote(override, 200)}, but there is no such user", _FIX) from error


def require_home() -> None:
    """Make the program's folder if it does not exist.

    Raises:
        UserError: It is not a folder, or can't be made.
    """
    folder = home_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        subject = HOME_VARIABLE if os.environ.get(HOME_VARIABLE) else "the folder of runs"
        reason = "it is not a folder" if isinstance(error, FileExistsError) else error.strerror
        raise UserError(f"{subject} is {quote(folder, 200)}, which can't be used: {reason}", _FIX) from error


def log_file() -> Path:
    """Return the file that unexpected errors are logged to with their tracebacks."""
    return home_folder() / "fmnist-tui.log"


def keymap_file() -> Path:
    """Return the file with the user's own keys."""
    return home_folder() / "keymap.toml"


def runs_folder() -> Path:
    """Return the folder that contains one folder for each run."""
    return home_folder() / "runs"


def trash_folder() -> Path:
    """Return the folder that deleted runs are moved to."""
    return home_folder() / "trash"


def cache_folder() -> Path:
    """Return the folder for files that can be fetched again: in `$FMNIST_TUI_HOME`, or the platform's cache folder."""
    if os.environ.get(HOME_VARIABLE):
        return home_folder() / "cache"
    return platformdirs.user_cache_path("fmnist-tui", appauthor=False)
