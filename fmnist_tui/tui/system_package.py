"""A dataset as a package of Debian and Ubuntu."""

import os
import shutil
import subprocess


def command(package: str) -> list[str] | None:
    """Return the command that installs a package; None without a package, or if this machine can't install it."""
    if not package or shutil.which("apt-get") is None:
        return None
    install = ["apt-get", "install", package]
    if os.geteuid() == 0:
        return install
    return ["sudo", *install] if shutil.which("sudo") else None


def install(words: list[str]) -> int:
    """Run a command in the terminal, which the app must have released, and return its exit status."""
    print("$", " ".join(words), flush=True)
    try:
        status = subprocess.run(words, check=False).returncode
        input("\nPress enter to return to fmnist-tui ")
    except (OSError, EOFError, KeyboardInterrupt):
        return 1
    return status
