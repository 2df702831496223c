"""Check the environment variables that Textual reads for values that it cannot start with."""

import os
from pathlib import Path

from rich.console import COLOR_SYSTEMS
from textual import constants
from textual.app import App

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

MAX_SIZE = 10_000
"""Columns or lines: no terminal has more, and drawing them would take forever."""


def check_environment() -> None:
    """Raise `UserError` if Textual cannot start with one of its variables; other wrong values it ignores."""
    for variable in ("COLUMNS", "LINES"):
        value = os.environ.get(variable, "")
        if value.isdecimal() and float(value) > MAX_SIZE:
            raise UserError(f"{variable} is {quote(value)}, more than {MAX_SIZE:,}", "Unset it")
    if constants.COLOR_SYSTEM not in ("auto", *COLOR_SYSTEMS):
        allowed = ", ".join(("auto", *COLOR_SYSTEMS))
        raise UserError(
            f"TEXTUAL_COLOR_SYSTEM is {quote(constants.COLOR_SYSTEM)}, but must be one of {allowed}",
            "Change or unset it",
        )
    try:
        if constants.LOG_FILE:
            Path(constants.LOG_FILE).open("a").close()
    except OSError as error:
        problem = f"TEXTUAL_LOG is {quote(constants.LOG_FILE, 200)}, which can't be written: {error.strerror}"
        raise UserError(problem, "Change or unset it") from error
    try:
        if constants.DRIVER is not None:
            App.get_driver_class(None)  # type: ignore[arg-type]
    except Exception as error:
        problem = f"TEXTUAL_DRIVER is {quote(constants.DRIVER)}, which is not a driver"
        raise UserError(problem, "Change or unset it") from error
