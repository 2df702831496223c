"""Runs a measurement in a new process, which prints its result as one line of JSON."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT

MAX_SECONDS = 6 * 3600.0
ERROR_LINES = 15


class ChildFailed(Exception):
    """A child ended with an error, or printed no result."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A child that ended without an error.

    Attributes:
        output: What it wrote to its standard output.
        seconds: From just before its start to its end: interpreter, imports and clean-up included.
        peak_bytes: The most memory that it had resident. Never less than what its parent had when it started the
            child, so parents keep torch out of their process.
    """

    output: str
    seconds: float
    peak_bytes: int

    @property
    def result(self) -> dict[str, Any]:
        """Return the last line of the output as JSON; libraries may print lines before it.

        Raises:
            ChildFailed: It is none.
        """
        lines = self.output.strip().splitlines()
        try:
            result = json.loads(lines[-1])
        except (IndexError, ValueError) as error:
            raise ChildFailed(f"the child's last line is no JSON: {lines[-1:]}") from error
        if not isinstance(result, dict):
            raise ChildFailed(f"the child's last line is no JSON object: {result!r}")
        return result


def run_python(*arguments: str, environment: Mapping[str, str] | None = None, root: Path = ROOT) -> Finished:
    """Run this Python with `arguments` in the repository's folder and wait for its end.

    Args:
        arguments: Such as "-m", "fmnist_tui", "runs".
        environment: What is different from this process's environment.
        root: The folder, and so whose modules are imported.

    Raises:
        ChildFailed: It ended with an error.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=root,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )
        deadline = threading.Timer(MAX_SECONDS, os.kill, [child.pid, signal.SIGKILL])
        deadline.daemon = True
        deadline.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)  # unlike Popen.wait it reports what this child used
        except BaseException:
            os.kill(child.pid, signal.SIGKILL)
            raise
        finally:
            deadline.cancel()
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise ChildFailed(_error(arguments, child.returncode, _content(errors)))
        return Finished(_content(output), seconds, peak_bytes(usage.ru_maxrss))


def peak_bytes(ru_maxrss: int) -> int:
    """Return the peak that `getrusage` reports, in bytes on macOS and in kibibytes elsewhere."""
    return ru_maxrss if sys.platform == "darwin" else ru_maxrss * 1024


@contextmanager
def scratch(prefix: str = "fmnist-bench-") -> Iterator[dict[str, str]]:
    """Return an environment for children with empty runs and caches, in a folder that is deleted at the end.

    The CPU is the only device in it, so that all peers compute on the same.
    """
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        home.mkdir()
        yield {
            "FMNIST_TUI_HOME": str(home),
            "KERAS_HOME": str(Path(folder) / "keras"),
            "TORCHINDUCTOR_CACHE_DIR": str(Path(folder) / "inductor"),
            "TRITON_CACHE_DIR": str(Path(folder) / "triton"),
            "XDG_CACHE_HOME": str(Path(folder) / "cache"),
            "CUDA_VISIBLE_DEVICES": "",
            "JAX_PLATFORMS": "cpu",
            "PYTHONWARNINGS": "ignore",
        }


def home_in(environment: Mapping[str, str]) -> Path:
    """Return the program's home in the environment of a child."""
    return Path(environment["FMNIST_TUI_HOME"])


def _content(file: Any) -> str:
    file.seek(0)
    return bytes(file.read()).decode(errors="replace")


def _error(arguments: Sequence[str], code: int, errors: str) -> str:
    last = "\n".join(errors.strip().splitlines()[-ERROR_LINES:])
    return f"python {' '.join(arguments)} ended with {code}:\n{last}"
