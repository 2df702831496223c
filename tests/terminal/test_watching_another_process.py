"""One run and four processes: one trains it, one watches it, one controls it, and another resumes it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from commands import main
from terminal import PATIENCE, Terminal

from fmnist_tui.events import EpochEnded
from fmnist_tui.formatting import duration, percent
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.resolve import resolve_run
from fmnist_tui.runs.snapshot import replay

LOGISTIC = "--model logistic --epochs 500 --data demo --device cpu --precision fp32 --threads 1"

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Return a function that starts the program without a terminal."""
    environment = {**os.environ, "FMNIST_TUI_HOME": str(home), "OMP_NUM_THREADS": "1"}
    with ExitStack() as started:

        def launch(*arguments: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [sys.executable, "-m", "fmnist_tui", *arguments], stdout=subprocess.DEVNULL, env=environment
            )
            started.callback(process.wait)
            started.callback(process.kill)
            return process

        yield launch


def plots(terminal: Terminal) -> list[str]:
    """Return the lines with the curves."""
    lines = terminal.screen.display
    first, last = (next(y for y, line in enumerate(lines) if word in line) for word in ("Accuracy", "Log"))
    return lines[first:last]


def wait_for_epoch(terminal: Terminal, epoch: int) -> None:
    """Wait until the screen shows that the run is in this epoch or a later one; a poll may skip some."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        shown = re.search(r"epoch (\d+) of 500", terminal.text())
        if shown and int(shown[1]) >= epoch:
            return
        terminal.read()
    pytest.fail(f"epoch {epoch} was never shown:\n{terminal.text()}")


@pytest.mark.timeout(300)  # four processes import torch
def test_a_run_is_watched_while_it_is_paused_killed_and_resumed_by_others(
    home: Path, start: Start, terminal: Terminal, capfd: pytest.CaptureFixture[str]
) -> None:
    trainer = start("train", *LOGISTIC.split(), "--plain")
    terminal.wait_for("torch")
    while not any(summary.epochs for summary in list_runs()):
        terminal.read()
    terminal.press("u")
    terminal.wait_for("running")
    terminal.press("W")
    terminal.wait_for("TRAINING", "watched", "images/s")
    wait_for_epoch(terminal, 2)

    assert main("pause", "latest") == 0
    terminal.wait_for("PAUSED", "from outside")
    terminal.press("p")
    terminal.wait_for("TRAINING", f"process {trainer.pid}")
    trainer.kill()
    terminal.wait_for("CRASHED", "r resumes it")
    crashed_in = summary_of(resolve_run("latest")).epochs + 1

    resumer = start("resume", "latest", "--plain")
    terminal.wait_for("TRAINING", f"process {resumer.pid}", "resumed in epoch")
    wait_for_epoch(terminal, crashed_in + 1)
    assert main("stop", "latest") == 0
    terminal.wait_for("STOPPED")
    assert resumer.wait() == 0
    assert "is stopped: interrupted by" in capfd.readouterr().out

    log = list(read_events(resolve_run("latest").events_file))
    snapshot = replay(log)
    assert snapshot.best is not None
    best, epochs = percent(snapshot.best.validation_accuracy), {e.epoch for e in log if isinstance(e, EpochEnded)}
    assert epochs == set(range(1, len(epochs) + 1)), "no epoch is missing"
    terminal.wait_for(best, f"epoch {snapshot.epoch} of 500", duration(snapshot.active_seconds))
    terminal.settle()  # curves are drawn less often than figures
    assert f"★ {best} at epoch {snapshot.best.epoch}" in terminal.text()
    followed = plots(terminal)
    terminal.press("u")
    terminal.wait_for("stopped")
    terminal.press("W")  # reads the whole log at once
    terminal.wait_for("STOPPED", best)
    terminal.settle()
    assert plots(terminal) == followed
    terminal.press("q")
    assert terminal.wait_for_end() == 0
    assert b"Traceback" not in terminal.raw
