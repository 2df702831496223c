"""The summary of a run in a list, and the checkpoint that a report belongs to."""

from pathlib import Path

import pytest
from made_up_predictions import make_predictions

from fmnist_tui.evaluation.build_report import build_report
from fmnist_tui.evaluation.report import Report, Subject
from fmnist_tui.runs.summary import RunSummary, SavedCheckpoint

CHECKPOINT = SavedCheckpoint("best", epoch=3, saved=1000.0, weights_sha256="a" * 64, validation_accuracy=0.5)


def a_report(**changes: object) -> Report:
    subject = Subject(
        run="a-run", model="cnn", checkpoint="best", epoch=3, weights_sha256="a" * 64, dataset="demo", split="test"
    )
    report = build_report(subject, make_predictions(50), tuple("abcdefghij"))
    return report.model_copy(update={"time": 2000.0, **changes})


@pytest.mark.parametrize(
    ("changes", "is_subject"),
    [
        ({}, True),
        ({"time": 500.0}, True),  # the clock was set back, or a resume saved the same weights again
        ({"weights_sha256": "b" * 64}, False),  # trained again to the same epoch
        ({"checkpoint": "last"}, False),
        ({"weights_sha256": None}, True),  # of version 0.1
        ({"weights_sha256": None, "time": 500.0}, False),
        ({"weights_sha256": None, "epoch": 2}, False),
    ],
)
def test_a_report_is_of_the_checkpoint_with_the_same_weights(changes: dict[str, object], is_subject: bool) -> None:
    assert CHECKPOINT.is_subject_of(a_report(**changes)) is is_subject


def test_no_report_is_of_a_checkpoint_that_cannot_be_read() -> None:
    assert not SavedCheckpoint("best").is_subject_of(a_report())


def test_a_summary_round_trips_through_json() -> None:
    summary = RunSummary(Path("runs"), "a-run", 1.5, "cnn", 10, state="stopped", checkpoints=(CHECKPOINT,), epochs=3)
    assert RunSummary.from_json(Path("runs"), "a-run", summary.to_json()) == summary


@pytest.mark.parametrize("text", ["", "1", "[]", "{}", "[1, 2]", "null"])
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        RunSummary.from_json(Path("runs"), "a-run", text)


def test_the_status_of_a_run_without_an_end_depends_on_its_lock() -> None:
    summary = RunSummary(Path("runs"), "a-run", model="cnn", epochs=4)
    assert (summary.status, summary.status_text) == ("crashed", "crashed at epoch 5")
    assert summary.can_resume
    running = summary._replace(is_running=True)
    assert (running.status, running.status_text) == ("running", "running")
    assert not running.can_resume
