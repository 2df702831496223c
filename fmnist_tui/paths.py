"""Where things live on this machine."""

import os
from pathlib import Path

import platformdirs

HOME_VARIABLE = "FMNIST_TUI_HOME"


def home_folder() -> Path:
    """The folder of runs: `$FMNIST_TUI_HOME`, or the platform's data folder for this user."""
    override = os.environ.get(HOME_VARIABLE)
    return Path(override).expanduser() if override else platformdirs.user_data_path("fmnist-tui", appauthor=False)


def log_file() -> Path:
    """Return where errors of the program itself are logged with their tracebacks."""
    return home_folder() / "fmnist-tui.log"


def runs_folder() -> Path:
    """The folder that holds one folder for each run."""
    return home_folder() / "runs"


def cache_folder() -> Path:
    """The folder for what can be fetched again: inside `$FMNIST_TUI_HOME`, or the platform's cache folder."""
    if os.environ.get(HOME_VARIABLE):
        return home_folder() / "cache"
    return platformdirs.user_cache_path("fmnist-tui", appauthor=False)
