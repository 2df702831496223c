"""The real program in a real pseudo-terminal, worked with keys and read off the screen."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

from fmnist_tui.runs.find import find_run
from fmnist_tui.runs.summary import summary_of

PATIENCE = 60.0


class Terminal:
    """A terminal of 80×24 with the program in it."""

    def __init__(self, home: Path, *arguments: str, columns: int = 80, lines: int = 24) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        environment = {**os.environ, "FMNIST_TUI_HOME": str(home), "TERM": "xterm-256color", "OMP_NUM_THREADS": "1"}
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "fmnist_tui", *arguments],
            dimensions=(lines, columns),
            env=environment,
            timeout=PATIENCE,
        )

    def read(self, seconds: float = 0.1) -> None:
        """Draws what comes within so many seconds."""
        try:
            content = self.child.read_nonblocking(65536, timeout=seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        self.raw += content
        self._stream.feed(content)

    def text(self) -> str:
        return "\n".join(self.screen.display)

    def wait_for(self, *words: str) -> str:
        """Reads until all the words are on the screen together."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.read()
            if all(word in self.text() for word in words):
                return self.text()
        pytest.fail(f"{words} never came on the screen:\n{self.text()}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.child.send(key)
            self.read(0.15)

    def wait_for_end(self) -> int:
        """Reads to the end; the exit code."""
        until = time.monotonic() + PATIENCE
        while self.child.isalive() and time.monotonic() < until:
            self.read()
        self.read()
        self.child.close()
        return self.child.exitstatus if self.child.exitstatus is not None else -(self.child.signalstatus or 0)

    def is_restored(self) -> bool:
        """Whether the program left the alternate screen and showed the cursor again."""
        return self.raw.rfind(b"\x1b[?1049l") > self.raw.rfind(b"\x1b[?1049h") and self.raw.rfind(
            b"\x1b[?25h"
        ) > self.raw.rfind(b"\x1b[?25l")


@pytest.fixture
def terminal(home: Path) -> Iterator[Terminal]:
    started = Terminal(home, "--data", "demo")
    yield started
    started.child.close(force=True)


UP = "\x1b[A"


def test_open_choose_train_pause_test_look_back_and_leave(terminal: Terminal) -> None:
    terminal.wait_for("Train", "Evaluate", "Runs", "logistic", "cnn")
    terminal.wait_for("threads")  # the engine is there
    terminal.press(UP, UP, UP)
    terminal.wait_for("7,850")
    terminal.press("s")
    terminal.wait_for("TRAINING", "DEMO")
    terminal.press("p")
    terminal.wait_for("PAUSED")
    terminal.press("p")
    terminal.wait_for("FINISHED", "all 12 epochs done")
    run = find_run("latest")
    assert summary_of(run).state == "finished"

    terminal.press("v")
    terminal.wait_for("e measures it")
    terminal.press("e")
    terminal.wait_for("95 %", "Trouser", "DEMO")
    (report,) = run.reports()
    assert f"{100 * report.accuracy:.2f}" in terminal.text()

    terminal.press("u")
    terminal.wait_for(run.run, "finished")
    terminal.press("?")
    terminal.wait_for("Quit")
    terminal.press("\x1b")
    time.sleep(0.3)
    terminal.press("q")
    assert terminal.wait_for_end() == 0
    assert terminal.is_restored()
    assert b"Traceback" not in terminal.raw


def test_leaving_while_a_run_goes_on_asks_and_stop_and_save_saves(terminal: Terminal) -> None:
    terminal.wait_for("threads")
    terminal.press("s")
    terminal.wait_for("TRAINING")
    time.sleep(0.5)
    terminal.press("q")
    terminal.wait_for("stop and save")
    terminal.press("s")
    assert terminal.wait_for_end() == 0
    assert terminal.is_restored()
    summary = summary_of(find_run("latest"))
    assert summary.state == "stopped"
    assert "last" in summary.checkpoints
