"""A run that outlives a session: trained, paused and left in one, resumed and evaluated in the next."""

from pathlib import Path

from terminal import Terminal

from fmnist_tui.events import EpochEnded
from fmnist_tui.runs.catalog import list_runs, summary_of
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.resolve import resolve_run

UP = "\x1b[A"
ENTER = "\r"


def test_a_paused_run_is_left_and_resumed_and_evaluated_in_the_next_session(home: Path) -> None:
    terminal = Terminal(home, "--data", "demo")
    terminal.wait_for("torch")
    terminal.press(UP, UP, UP)
    terminal.wait_for("7,850")
    terminal.press("s")
    terminal.wait_for("epoch 2: validation")
    terminal.press("p")
    terminal.wait_for("PAUSED")
    terminal.press("q")
    terminal.wait_for("stop and save")
    terminal.press("s")
    assert terminal.wait_for_end() == 0
    assert terminal.is_restored()
    run = resolve_run("latest")
    left = summary_of(run)
    assert (left.state, left.can_resume) == ("stopped", True)

    terminal = Terminal(home, "--data", "demo")
    terminal.wait_for("torch")
    terminal.press("u")
    terminal.wait_for(run.run, "stopped")
    terminal.press("r")
    terminal.wait_for("FINISHED")
    assert [found.run for found in list_runs()] == [run.run]
    epochs = [event.epoch for event in read_events(run.events_file) if isinstance(event, EpochEnded)]
    assert epochs == list(range(1, 13)), "each epoch once, none again after the resume"

    terminal.press("v")
    terminal.wait_for("measured during training", "enter  evaluate")
    terminal.press(ENTER)
    terminal.wait_for("Trouser")
    (report,) = run.reports()
    terminal.wait_for(f"{100 * report.accuracy:.2f}")
    terminal.press("q")
    assert terminal.wait_for_end() == 0
    assert b"Traceback" not in terminal.raw
