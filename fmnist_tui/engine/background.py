"""Trains a run in a process of its own, which outlives this one, its terminal and the SSH connection.

The process is the command `resume` on the run's folder: for a run without a checkpoint that starts it from the first
step, so a run gives the same weights in the background as in the foreground. It is the leader of a new session without
a terminal, so no hang-up reaches it; who wants to stop it, does so through the run's folder.
"""

import os
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import IO

import fmnist_tui
from fmnist_tui.atomic_files import UnexpectedFileError, open_regular
from fmnist_tui.config import RunConfig
from fmnist_tui.data.locate import FOLDER_VARIABLE
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.paths import HOME_VARIABLE
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, write_labels
from fmnist_tui.runs.lock import is_being_written
from fmnist_tui.runs.resolve import require_free_name
from fmnist_tui.sanitize import one_line, quote

START_TIMEOUT_SECONDS = 60.0
"""How long a process may take until it has locked its run: much longer than Python takes to start on a busy machine."""

POLL_SECONDS = 0.02

MAX_OUTPUT = 1_000_000
"""Bytes. A longer output is emptied before another process writes to it; a training writes some 80 an epoch."""

REASON_BYTES = 4096
"""How much of the end of an output is searched for the reason why a process ended."""

PREFIX = "fmnist-tui: "
"""How a command begins an error."""


@dataclass(frozen=True, slots=True)
class BackgroundRun:
    """A run and the process that trains it."""

    folder: RunFolder
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid


def create_run(config: RunConfig, labels: RunLabels | None = None) -> RunFolder:
    """Return the folder of a new run that another process will train.

    Raises:
        UserError: It can't be made, or another run has that name.
    """
    if labels is not None:
        require_free_name(labels.name)
    folder = RunFolder.create(for_any_folder(config))
    if labels is not None:
        try:
            write_labels(folder, labels)
        except UserError:
            rmtree(folder.path, ignore_errors=True)
            raise
    return folder


def train_in_background(
    config: RunConfig, labels: RunLabels | None = None, *, sinks: Sequence[str] = (), processes: int = 1
) -> BackgroundRun:
    """Start a new run; return when its process has locked it.

    Args:
        config: What to train.
        labels: Its name, note and tags.
        sinks: The names of sinks to add.
        processes: The number of processes that train it together.

    Raises:
        UserError: The folder can't be made, or the process can't be started. A run that failed later, while its data
            was loaded for example, is listed as failed.
    """
    folder = create_run(config, labels)
    try:
        return resume_in_background(folder, sinks=sinks, processes=processes)
    except UserError:
        if not folder.events_file.exists():
            rmtree(folder.path, ignore_errors=True)
        raise


def resume_in_background(
    folder: RunFolder, overrides: ResumeOverrides | None = None, *, sinks: Sequence[str] = (), processes: int = 1
) -> BackgroundRun:
    """Resume a run, or start one whose folder holds nothing but a config; return when its process has locked it.

    Raises:
        UserError: The process can't be started, or has ended with an error before that.
    """
    if is_being_written(folder):
        raise UserError(f"run {quote(folder.run)} is being trained by another process", "Wait for it or stop it")
    arguments = _arguments(folder, overrides or ResumeOverrides(), sinks)
    if processes > 1:
        arguments.append(f"--processes={processes}")
    process = start_process(arguments, folder.output_file)
    await_start(process, lambda: is_being_written(folder), folder.output_file, f"run {quote(folder.run)}")
    return BackgroundRun(folder, process)


def for_any_folder(config: RunConfig) -> RunConfig:
    """Return the config with a relative data folder made absolute: a background process has another current folder."""
    if config.data in ("auto", "demo"):
        return config
    with suppress(RuntimeError):  # a ~user without a home, which is reported when the data is loaded
        return config.with_data(str(Path(config.data).expanduser().absolute()))
    return config


def last_line(output: Path) -> str:
    """Return the last line that a background process has printed, which is why it ended; empty if there is none."""
    try:
        with open_regular(output) as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - REASON_BYTES))
            lines = stream.read(REASON_BYTES).decode(errors="replace").splitlines()
    except OSError:
        return ""
    return next((one_line(line).removeprefix(PREFIX) for line in reversed(lines) if line.strip()), "")


def _arguments(folder: RunFolder, overrides: ResumeOverrides, sinks: Sequence[str]) -> list[str]:
    """Return the command line of the child."""
    arguments = ["resume", str(folder.path.absolute()), "--plain"]
    if overrides.epochs is not None:
        arguments.append(f"--epochs={overrides.epochs}")
    if overrides.learning_rate_factor is not None:
        arguments.append(f"--learning-rate-factor={overrides.learning_rate_factor!r}")
    if overrides.allow_fp32:
        arguments.append("--allow-fp32")
    return [*arguments, *(f"--sink={sink}" for sink in sinks)]


def start_process(arguments: Sequence[str], output: Path) -> subprocess.Popen[bytes]:
    """Start this program in a process that nothing which ends this one can reach, and which prints to a file.

    Raises:
        UserError: It can't be started.
    """
    try:
        with _opened_output(output) as stream:
            process = _spawn([sys.executable, "-m", "fmnist_tui", *arguments], stream)
    except OSError as error:
        problem = f"no background process can be started: {error.strerror or error}"
        raise UserError(problem, f"See {quote(output, 200)}, or train in the foreground") from error
    # This process may live for long, and each child that it doesn't wait for stays as a zombie.
    threading.Thread(target=process.wait, name="background process", daemon=True).start()
    return process


def _spawn(command: Sequence[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    environment, root = (
        environment_for_any_folder(os.environ),
        Path.cwd().anchor,
    )  # else no other folder could be unmounted
    null, both = subprocess.DEVNULL, subprocess.STDOUT
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(
            command, stdin=null, stdout=output, stderr=both, env=environment, cwd=root, creationflags=flags
        )
    return subprocess.Popen(
        command, stdin=null, stdout=output, stderr=both, env=environment, cwd=root, start_new_session=True
    )


def environment_for_any_folder(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a process in another current folder: what names a folder names it from anywhere."""
    changed = dict(environment)
    for name in (HOME_VARIABLE, FOLDER_VARIABLE):
        if environment.get(name):
            with suppress(RuntimeError):  # a ~user without a home
                changed[name] = str(Path(environment[name]).expanduser().absolute())
    # Python finds an installed program anywhere, but one that runs from its source only where that is.
    paths = [str(Path(path).absolute()) for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path]
    package_parent = str(Path(fmnist_tui.__file__).parent.parent)
    if package_parent not in (*paths, *sysconfig.get_paths().values()):
        paths.append(package_parent)
    if paths:
        changed["PYTHONPATH"] = os.pathsep.join(paths)
    return changed


def _opened_output(file: Path) -> IO[bytes]:
    """Open the file that background processes print to for appending, emptied if it has become too long.

    Raises:
        OSError: It can't be opened, or is a link or no regular file.
    """
    if file.is_symlink() or (file.exists() and not file.is_file()):
        raise UnexpectedFileError(file)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    stream = os.fdopen(os.open(file, flags, 0o666), "ab")
    if os.fstat(stream.fileno()).st_size > MAX_OUTPUT:
        stream.truncate(0)
    return stream


def await_start(process: subprocess.Popen[bytes], has_started: Callable[[], bool], output: Path, what: str) -> None:
    """Wait until a background process has started its work, or has ended without an error.

    Args:
        process: The process.
        has_started: Returns whether it has.
        output: The file that it prints to.
        what: What could not be started, for an error.

    Raises:
        UserError: It has ended with an error, or takes too long.
    """
    until = time.monotonic() + START_TIMEOUT_SECONDS
    while not has_started():
        code = process.poll()
        if code == 0:
            return  # it took no longer than this
        if code is not None:
            ending = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            reason = last_line(output) or f"its process ended with {ending}"
            raise UserError(f"{what} could not be started in the background: {reason}")
        if time.monotonic() > until:
            process.terminate()
            raise UserError(f"the background process of {what} did not start", f"Its output is in {quote(output, 200)}")
        time.sleep(POLL_SECONDS)
