"""Copies text with a program of this machine, for terminals that don't take it by `OSC 52`."""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping

from fmnist_tui.sanitize import quote

logger = logging.getLogger(__name__)

MAX_SECONDS = 5.0


def copy_command(
    environment: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
    which: Callable[[str], str | None] = shutil.which,
) -> list[str] | None:
    """Return the command that copies its input; None over SSH, where it would copy on the wrong machine."""
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return None
    commands: list[list[str]] = []
    if platform == "darwin":
        commands = [["pbcopy"]]
    elif platform == "win32":
        commands = [["clip.exe"]]
    else:
        if environment.get("WAYLAND_DISPLAY"):
            commands = [["wl-copy"]]
        if environment.get("DISPLAY"):
            commands += [["xclip", "-selection", "clipboard"], ["xsel", "--clipboard", "--input"]]
        if environment.get("WSL_DISTRO_NAME"):
            commands.append(["clip.exe"])
    return next((command for command in commands if which(command[0])), None)


def copy_with(command: list[str], text: str) -> None:
    """Copy a text; a failure is logged, because the terminal was asked as well and may have copied it."""
    try:
        subprocess.run(
            command,
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=MAX_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        logger.warning("%s could not copy: %s", command[0], quote(error, 200))
