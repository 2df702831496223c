"""What a run has reached, from its events."""

import pytest
from event_factories import epoch_ended, run_resumed

from fmnist_tui.events import Event, RunState
from fmnist_tui.runs.run_progress import RunProgress

FIRST, VOID = epoch_ended(1, 0.7, is_best=True), epoch_ended(2, 0.9, is_best=True)


@pytest.mark.parametrize("history", [[], [FIRST, VOID]], ids=["without its history", "with void epochs"])
def test_a_resumed_run_that_fails_reports_the_progress_of_its_checkpoint(history: list[Event]) -> None:
    progress = RunProgress()
    for event in (*history, run_resumed(epoch=2, best=FIRST, active_seconds=8.0)):
        progress.update(event)
    ended = progress.ended(RunState.FAILED, "the disk is full")
    assert (ended.epochs, ended.best_epoch, ended.best_validation_accuracy, ended.active_seconds) == (1, 1, 0.7, 8.0)
