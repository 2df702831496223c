"""A tour of the real program by keys, read off the screen."""

import time

import pytest
from terminal import Terminal

from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.resolve import resolve_run

UP = "\x1b[A"


def test_a_tour_from_training_to_evaluation_and_quit(terminal: Terminal) -> None:
    terminal.wait_for("Train", "Evaluate", "Runs", "logistic", "cnn")
    terminal.wait_for("thread")  # the engine is there
    terminal.press(UP, UP, UP)
    terminal.wait_for("7,850")
    terminal.press("s")
    terminal.wait_for("TRAINING", "DEMO")
    terminal.press("p")
    terminal.wait_for("PAUSED")
    terminal.press("p")
    terminal.wait_for("FINISHED", "all 12 epochs done")
    run = resolve_run("latest")
    assert summary_of(run).state == "finished"

    terminal.press("v")
    terminal.wait_for("measured during training", "enter  evaluate")
    time.sleep(0.5)  # the list is read again when the run has ended
    terminal.press("e")
    terminal.wait_for("95 %", "Trouser", "DEMO")
    (report,) = run.reports()
    terminal.wait_for(f"{100 * report.accuracy:.2f}")

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


@pytest.mark.exhaustive
def test_leaving_while_a_run_is_active_asks_and_stop_and_save_saves(terminal: Terminal) -> None:
    terminal.wait_for("thread")
    terminal.press("s")
    terminal.wait_for("TRAINING")
    time.sleep(0.5)
    terminal.press("q")
    terminal.wait_for("stop and save")
    terminal.press("s")
    assert terminal.wait_for_end() == 0
    assert terminal.is_restored()
    summary = summary_of(resolve_run("latest"))
    assert summary.state == "stopped"
    assert "last" in summary.checkpoint_names
