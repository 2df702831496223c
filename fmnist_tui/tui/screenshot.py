"""Saves a picture of the screen where it can be found again."""

import time
from collections.abc import Iterable
from pathlib import Path

from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote


def save_picture(svg: str, name: str | None, folders: Iterable[Path]) -> Path:
    """Write an SVG into the first folder that allows it; return the file.

    Args:
        svg: The picture.
        name: The file's name; None for one with the time in it.
        folders: Where to try, in this order.

    Raises:
        UserError: No folder allows it; the message has the reason of the first.
    """
    name = name or time.strftime("fmnist-tui-%Y%m%d-%H%M%S.svg")
    problem: OSError | None = None
    for folder in folders:
        try:
            file = folder.absolute() / name  # fails in a folder that was removed
            file.write_text(svg, encoding="utf-8")
        except OSError as error:
            problem = problem or error
        else:
            return file
    reason = "no folder was given" if problem is None else problem.strerror or problem
    raise UserError(
        f"can't save a screenshot as {quote(name, 200)}: {reason}", "Start fmnist-tui in a folder that you may write to"
    )
