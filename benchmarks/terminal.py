"""Runs the interface in a pseudo-terminal: sends keys, and records frames with their times."""

import fcntl
import os
import pty
import re
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.child import peak_bytes
from benchmarks.machine import ROOT

COLUMNS, LINES = 120, 40
PATIENCE = 120.0
POLL_INTERVAL_SECONDS = 0.02

FRAME_GAP = 0.01
"""Seconds without bytes between two frames."""

READY = re.compile(rb"torch \d")
"""Text of the status line once the engine is loaded."""

READY_BYTES = 8
"""Bytes."""


class ScreenTimeout(Exception):
    """The expected text did not appear on the screen."""


@dataclass(frozen=True, slots=True)
class ExitResult:
    """How the program ended."""

    exit_code: int
    peak_bytes: int


class Terminal:
    """A terminal of 120×40 with a Python program in it, read continuously so that the program never waits for it.

    Output is stored as it comes and rendered only on request, because rendering would disturb the measured program.

    Args:
        arguments: Python's, such as "-m", "fmnist_tui".
        environment: What is different from this process's environment.
    """

    def __init__(self, *arguments: str, environment: Mapping[str, str]) -> None:
        import pyte  # type: ignore[import-untyped, import-not-found, unused-ignore]

        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self._chunks: list[tuple[float, bytes]] = []
        self._drawn = 0
        self._left: ExitResult | None = None
        variables = {**os.environ, **environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.began = time.perf_counter()
        self.process, self._terminal = _spawn([sys.executable, *arguments], variables)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def press(self, *keys: str) -> None:
        """Type the keys one after another, as fast as a fast typist."""
        for key in keys:
            os.write(self._terminal, key.encode())
            time.sleep(0.05)

    def wait_for_ready(self) -> float:
        """Wait until the engine is loaded; the bytes are searched, not rendered, which takes little time.

        Returns:
            Seconds from the program's start to that.

        Raises:
            ScreenTimeout: It is not.
        """
        moments: list[float] = []
        searched = 0

        def is_found() -> bool:
            nonlocal searched
            while searched < len(self._chunks) and not moments:
                moment, content = self._chunks[searched]
                before = self._chunks[searched - 1][1][-READY_BYTES:] if searched else b""
                searched += 1
                if READY.search(before + content):  # a read may end in the middle of the word
                    moments.append(moment - self.began)
            return bool(moments)

        self._wait(is_found, READY.pattern.decode())
        return moments[0]

    def wait_for(self, *words: str) -> float:
        """Wait until all the words are on the screen together.

        Returns:
            Seconds from the program's start to the bytes that completed them.

        Raises:
            ScreenTimeout: They don't come.
        """
        found: list[float] = []

        def is_found() -> bool:
            while not found and self._drawn < len(self._chunks):
                moment, content = self._chunks[self._drawn]
                self._stream.feed(content)
                self._drawn += 1
                if all(word in self.text() for word in words):
                    found.append(moment - self.began)
            return bool(found)

        if all(word in self.text() for word in words):
            return self._chunks[self._drawn - 1][0] - self.began
        self._wait(is_found, " and ".join(words))
        return found[0]

    def render(self) -> None:
        """Draw all that has come."""
        while self._drawn < len(self._chunks):
            self._stream.feed(self._chunks[self._drawn][1])
            self._drawn += 1

    def text(self) -> str:
        """Return the screen as drawn so far."""
        return "\n".join(self._screen.display)

    def traffic_since(self, moment: float) -> tuple[int, int]:
        """Return the number of bytes since a moment of the performance counter, and of frames: bytes without a gap."""
        recent = [chunk for chunk in self._chunks if chunk[0] >= moment]
        times = [float("-inf"), *(time for time, _content in recent)]
        return sum(len(content) for _time, content in recent), sum(b - a > FRAME_GAP for a, b in pairwise(times))

    def drawing_seconds(self) -> float:
        """Return the processor time of the program's main thread, which draws and handles keys; 0 except on Linux."""
        file = Path(f"/proc/{self.process}/task/{self.process}/stat")
        if not file.exists():
            return 0.0
        user, system = file.read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def leave(self) -> ExitResult:
        """Quit the program by its key, and wait for its end."""
        self.press("q")
        return self._wait_for_end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._left is None:
            os.kill(self.process, signal.SIGKILL)
            self._wait_for_end()
        os.close(self._terminal)

    def _read(self) -> None:
        while True:
            try:
                content = os.read(self._terminal, 65536)
            except OSError:
                return  # Linux reports so after the program has ended
            if not content:
                return
            self._chunks.append((time.perf_counter(), content))

    def _wait(self, is_so: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > until:
                raise ScreenTimeout(f"{what} never came on the screen:\n{self.text()}")
            time.sleep(POLL_INTERVAL_SECONDS)

    def _wait_for_end(self) -> ExitResult:
        _, status, usage = os.wait4(self.process, 0)
        self._reader.join(1.0)
        self._left = ExitResult(os.waitstatus_to_exitcode(status), peak_bytes(usage.ru_maxrss))
        return self._left


def _spawn(command: list[str], variables: Mapping[str, str]) -> tuple[int, int]:
    """Start the command as the leader of a new terminal; return its process and the terminal's other end."""
    process, terminal = pty.fork()
    if process == 0:
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            os.chdir(ROOT)
            os.execve(command[0], command, dict(variables))
        finally:
            os._exit(127)
    return process, terminal
