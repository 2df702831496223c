"""A run in the background outlives the interface that started it, and its terminal."""

import signal
import time
from pathlib import Path

import pytest
from terminal import PATIENCE, Terminal

from fmnist_tui.engine.background import last_line
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.lock import is_being_written
from fmnist_tui.runs.resolve import resolve_run


@pytest.mark.timeout(400)  # on a busy machine, torch takes long to be imported
def test_a_background_run_survives_the_kill_of_the_interface_and_the_end_of_its_terminal(home: Path) -> None:
    terminal = Terminal(home, "--data", "demo")
    terminal.wait_for("thread")
    terminal.press("k", "k")  # logistic, which is trained soon
    terminal.wait_for("7,850 params ·")
    terminal.press("B")
    terminal.wait_for("watched")
    folder = resolve_run("latest")
    terminal.child.kill(signal.SIGKILL)
    terminal.hang_up()
    assert is_being_written(folder), last_line(folder.output_file)
    assert summary_of(folder).status is RunStatus.RUNNING
    until = time.monotonic() + 3 * PATIENCE
    while is_being_written(folder) and time.monotonic() < until:
        time.sleep(0.05)
    summary = summary_of(folder)
    assert summary.status is RunStatus.FINISHED, last_line(folder.output_file)
    assert (summary.model, summary.epochs) == ("logistic", summary.planned_epochs)
