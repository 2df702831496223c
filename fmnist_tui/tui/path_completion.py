"""Complete a path that is being typed, as shells do with tab."""

import os
from pathlib import Path
from typing import NamedTuple

MAX_CANDIDATES = 200


class Completion(NamedTuple):
    """What is known of the rest of a path.

    Attributes:
        text: The path, longer by what all candidates have in common.
        candidates: The names that it may continue with, folders with a slash at their end.
    """

    text: str
    candidates: tuple[str, ...]


def complete(text: str, *, only_folders: bool = False) -> Completion:
    """Return the completion of a path; unchanged and without candidates if nothing begins like it.

    Args:
        text: What was typed. A "~" at its beginning stands for the home folder, and stays.
        only_folders: Whether files are left out.
    """
    typed = text.lstrip()
    if typed == "~":
        return Completion("~/", ())
    head, slash, start = typed.rpartition("/")
    try:
        folder = Path(head + slash or ".").expanduser()
        with os.scandir(folder) as entries:
            names = sorted(
                f"{entry.name}/" if entry.is_dir() else entry.name
                for entry in entries
                if entry.name.startswith(start) and (start.startswith(".") or not entry.name.startswith("."))
                if entry.is_dir() or not only_folders
            )
    except (OSError, RuntimeError, ValueError):  # RuntimeError: ~user without a home
        return Completion(text, ())
    common = os.path.commonprefix(names)  # noqa: RUF071 - character by character, as one types
    return Completion(f"{head}{slash}{common}" if names else text, tuple(names[:MAX_CANDIDATES]))
