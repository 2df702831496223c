"""The dataset as a package of Debian and Ubuntu."""

import os
import shutil
import subprocess

PACKAGE = "dataset-fashion-mnist"


def command() -> list[str] | None:
    """The command that installs the package; None where this machine has no way to."""
    if shutil.which("apt-get") is None:
        return None
    install = ["apt-get", "install", PACKAGE]
    if os.geteuid() == 0:
        return install
    return ["sudo", *install] if shutil.which("sudo") else None


def install() -> int:
    """Runs the command in the terminal, which must not be in the app's hands meanwhile; its exit status."""
    words = command()
    if words is None:
        return 1
    print("$", " ".join(words), flush=True)
    try:
        status = subprocess.run(words, check=False).returncode
        input("\nPress enter to go back to fmnist-tui ")
    except (OSError, EOFError, KeyboardInterrupt):
        return 1
    return status
