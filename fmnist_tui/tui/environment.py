"""Reads the environment: whether the terminal needs ASCII, and variables with which Textual cannot start."""

import os
from collections.abc import Mapping
from pathlib import Path

from rich.console import COLOR_SYSTEMS
from textual import constants
from textual.app import App

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

MAX_SIZE = 10_000
"""Columns or lines: no terminal has more, and drawing them would take forever."""

ASCII_VARIABLE = "FMNIST_TUI_ASCII"
"""1 for ASCII only, 0 for Unicode; without it, the terminal and the locale decide."""

ASCII_TERMINALS = ("linux", "dumb")
"""The console of Linux has few glyphs, and no braille."""

COERCED_LOCALES = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python itself writes to LC_CTYPE when the locale is "C" (PEP 538)."""


def needs_ascii(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether the interface must be drawn in ASCII.

    Without any locale, as in most containers, the terminal is taken to know Unicode.
    """
    choice = environment.get(ASCII_VARIABLE)
    if choice in ("0", "1"):
        return choice == "1"
    if environment.get("TERM") in ASCII_TERMINALS:
        return True
    everything, characters, default = (environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    if default in ("C", "POSIX") and characters in COERCED_LOCALES:
        characters = ""
    locale = everything or characters or default or "UTF-8"
    return "UTF8" not in locale.upper().replace("-", "")


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
