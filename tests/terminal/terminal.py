"""The real program in a pseudo-terminal: send keys, and read the screen."""

import os
import signal
import sys
import time
from pathlib import Path

import pexpect
import pyte
import pytest

PATIENCE = 60.0


def _heed_signals() -> None:
    """Undo what the tests may have inherited, such as an ignored SIGHUP from nohup, which the program leaves alone."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


class Terminal:
    """A terminal of 80×24 with the program in it.

    Args:
        home: The folder of the runs.
        arguments: The program's own.
        program: What Python runs, if that is not the program as it is.
    """

    def __init__(
        self,
        home: Path,
        *arguments: str,
        columns: int = 80,
        lines: int = 24,
        program: tuple[str, ...] = ("-m", "fmnist_tui"),
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.is_gone = False
        terminal = {"TERM": "xterm-256color", "FMNIST_TUI_ASCII": "0"}
        environment = {**os.environ, **terminal, "FMNIST_TUI_HOME": str(home), "OMP_NUM_THREADS": "1"}
        self.child = pexpect.spawn(
            sys.executable,
            [*program, *arguments],
            dimensions=(lines, columns),
            env=environment,
            timeout=PATIENCE,
            preexec_fn=_heed_signals,
        )
        self.child.ptyproc.delayafterterminate = 1.0  # a busy machine takes its time to end a process with torch in it

    def read(self, seconds: float = 0.1) -> bool:
        """Draw the next output; return whether any came within `seconds` seconds."""
        try:
            content = self.child.read_nonblocking(65536, timeout=seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.raw += content
        self._stream.feed(content)
        return True

    def text(self) -> str:
        return "\n".join(self.screen.display)

    def wait_for(self, *words: str) -> str:
        """Read until all the words are on the screen at once."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.read()
            if all(word in self.text() for word in words):
                return self.text()
        pytest.fail(f"{words} never came on the screen:\n{self.text()}")

    def settle(self, seconds: float = 3.0) -> None:
        """Read until nothing has come for `seconds` seconds: a frame may come in parts, and curves come later."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if not self.read(seconds):
                return
        pytest.fail(f"the screen never came to rest:\n{self.text()}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.child.send(key)
            self.read(0.15)

    def wait_for_end(self) -> int:
        """Read to the end; return the exit code."""
        until = time.monotonic() + PATIENCE
        while self.child.isalive() and time.monotonic() < until:
            self.read()
        while self.read() and time.monotonic() < until:
            pass  # what the program wrote before it ended may come in parts
        self.child.close()
        return self.child.exitstatus if self.child.exitstatus is not None else -(self.child.signalstatus or 0)

    def hang_up(self) -> None:
        """Close the terminal, as a dropped connection does, and wait for the program to end."""
        os.close(self.child.child_fd)
        self.is_gone = True
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if os.waitpid(self.child.pid, os.WNOHANG)[0]:
                return
            time.sleep(0.05)
        pytest.fail("the program outlived its terminal")

    def is_restored(self) -> bool:
        """Return whether the program left the alternate screen, showed the cursor and restored the title."""
        undone = {b"\x1b[?1049h": b"\x1b[?1049l", b"\x1b[?25l": b"\x1b[?25h", b"\x1b]2;": b"\x1b[23;2t"}
        return all(self.raw.rfind(end) > self.raw.rfind(begin) for begin, end in undone.items())
