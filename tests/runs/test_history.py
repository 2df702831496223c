"""What counts of a run's log after it was resumed."""

from pathlib import Path

import pytest
from event_factories import epoch_ended, run_resumed, run_started, steps_done

from fmnist_tui.events import Event, RunEnded
from fmnist_tui.runs.event_log import EventLog
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.history import RunHistory, read_history

START = run_started()


def history(folder: RunFolder, *events: Event) -> RunHistory:
    with EventLog(folder.events_file) as log:
        for event in events:
            log(event)
    return read_history(folder)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def numbers(found: RunHistory) -> tuple[list[tuple[int, int]], list[float]]:
    return [(part.epoch, part.step) for part in found.parts], [epoch.validation_accuracy for epoch in found.epochs]


def test_a_resume_voids_the_epochs_and_parts_after_its_checkpoint(folder: RunFolder) -> None:
    found = history(
        folder,
        *(START, epoch_ended(1, 0.1), epoch_ended(2, 0.2), epoch_ended(3, 0.3)),
        *(run_resumed(START, epoch=3, step=5), epoch_ended(3, 0.4)),
        *(run_resumed(START, epoch=3, step=2), steps_done(3, 3), epoch_ended(3, 0.5), epoch_ended(4, 0.6)),
    )
    assert numbers(found) == ([(1, 0), (3, 2)], [0.1, 0.2, 0.5, 0.6])


def test_a_run_that_started_again_has_one_part(folder: RunFolder) -> None:
    found = history(folder, START, epoch_ended(1, 0.1), run_resumed(START, checkpoint=""), epoch_ended(1, 0.2))
    assert numbers(found) == ([(1, 0)], [0.2])


def test_an_epoch_that_is_logged_twice_counts_once(folder: RunFolder) -> None:
    """As in logs of version 0.1, which have no event of a resume."""
    found = history(folder, START, epoch_ended(1, 0.1), epoch_ended(2, 0.2), epoch_ended(2, 0.3))
    assert numbers(found) == ([(1, 0)], [0.1, 0.3])


def test_events_of_other_types_that_name_these_are_no_part(folder: RunFolder) -> None:
    ended = RunEnded(
        state="failed", reason="run_started", epochs=0, best_epoch=0, best_validation_accuracy=0, active_seconds=0
    )
    assert numbers(history(folder, ended)) == ([], [])
