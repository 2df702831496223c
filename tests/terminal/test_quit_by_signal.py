"""When a signal ends the process, the run is saved and the terminal is restored."""

import signal
import time
from pathlib import Path

import pytest
from terminal import Terminal

from fmnist_tui.cli.main import run
from fmnist_tui.events import RunEnded
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.resolve import resolve_run

UP = "\x1b[A"


def begin_training(terminal: Terminal) -> None:
    terminal.wait_for("thread")
    terminal.press("s")
    terminal.wait_for("TRAINING")
    time.sleep(0.5)


def assert_interrupted_by(name: str) -> None:
    folder = resolve_run("latest")
    last = list(read_events(folder.events_file))[-1]
    assert isinstance(last, RunEnded)
    assert last.reason.startswith(f"interrupted by {name} in epoch 1")
    summary = summary_of(folder)
    assert summary.can_resume
    assert not summary.is_running


@pytest.mark.parametrize("number", [pytest.param(signal.SIGTERM, marks=pytest.mark.exhaustive), signal.SIGHUP])
def test_a_signal_saves_the_run_and_restores_the_terminal(terminal: Terminal, number: signal.Signals) -> None:
    begin_training(terminal)
    terminal.child.kill(number)
    assert terminal.wait_for_end() == 130
    assert terminal.is_restored()
    assert_interrupted_by(number.name)


def test_a_terminal_that_is_closed_saves_the_run(terminal: Terminal) -> None:
    begin_training(terminal)
    terminal.hang_up()
    assert_interrupted_by("SIGHUP")


@pytest.mark.exhaustive
def test_a_terminal_that_is_closed_saves_the_run_also_where_hang_ups_are_ignored(home: Path) -> None:
    ignoring = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    program = "import runpy; runpy.run_module('fmnist_tui', run_name='__main__')"
    terminal = Terminal(home, "--data", "demo", program=("-c", f"{ignoring}; {program}"))
    begin_training(terminal)
    terminal.hang_up()
    assert_interrupted_by("SIGHUP")


def test_a_run_that_was_killed_is_listed_as_crashed_and_resumed(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.wait_for("thread")
    terminal.press(UP)  # the mlp, whose epochs are short
    terminal.press("s")
    terminal.wait_for("epoch 1: validation")
    folder = resolve_run("latest")
    while not summary_of(folder).checkpoint_names:  # the end of an epoch is reported first, and then saved
        terminal.read()
    assert summary_of(folder).is_running
    terminal.child.kill(signal.SIGKILL)
    terminal.wait_for_end()
    crashed = summary_of(folder)
    assert crashed.status_text == f"crashed at epoch {crashed.epochs + 1}"
    assert run(["runs", "latest"], open_interface=lambda _data: 0) == 0
    assert crashed.status_text in capsys.readouterr().out
    assert crashed.can_resume


def test_a_signal_without_an_active_run_just_quits(terminal: Terminal) -> None:
    terminal.wait_for("thread")
    terminal.child.kill(signal.SIGTERM)
    assert terminal.wait_for_end() == 130
    assert terminal.is_restored()
