"""Save the screen as an SVG file."""

import time
from pathlib import Path
from typing import Any

from textual.app import App

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote


def save_screenshot(app: App[Any], filename: str | None, path: str | None, time_format: str | None) -> Path:
    """Save the screen in the current folder and return the file; raise `UserError` if that fails.

    Textual's own method saves to ~/Downloads, which most servers lack, and gives no reason when it fails.
    """
    name = filename or time.strftime(time_format or "fmnist-tui-%Y%m%d-%H%M%S.svg")
    try:
        file = Path(path or ".", name).absolute()
        file.write_text(app.export_screenshot(), encoding="utf-8")
    except OSError as error:
        reason = f"can't save a screenshot as {quote(name, 200)}: {error.strerror or error}"
        raise UserError(reason, "Start fmnist-tui in a folder that you may write to") from error
    return file
