"""The curves of a run against epochs, steps and time."""

from math import isnan
from pathlib import Path

import pytest
from event_factories import epoch_ended, run_resumed, run_started, steps_done

from fmnist_tui.events import to_line
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.run_curves import MAX_ROWS, CurvesFollower, Metric, RunCurves, XAxis

STARTED = run_started(steps_per_epoch=10)


def test_a_measurement_is_placed_by_epoch_step_and_time() -> None:
    curves = RunCurves([STARTED, steps_done(2, 5, loss=0.4, active_seconds=7.0), epoch_ended(2, active_seconds=9.0)])
    assert [curves.points(Metric.LOSS, "train", axis) for axis in XAxis] == [[(1.5, 0.4)], [(15.0, 0.4)], [(7.0, 0.4)]]
    assert [curves.points(Metric.ACCURACY, "validation", axis)[0] for axis in XAxis] == [
        (2.0, 0.8),
        (20.0, 0.8),
        (9.0, 0.8),
    ]
    assert curves.points(Metric.LEARNING_RATE, "validation", XAxis.EPOCH) == [(1.5, 0.01)]


def test_an_epoch_without_a_logged_step_has_the_means_of_its_batches() -> None:
    curves = RunCurves([STARTED, epoch_ended(1, train_loss=0.7), steps_done(2, 9), epoch_ended(2), epoch_ended(3)])
    assert [x for x, _y in curves.points(Metric.LOSS, "train", XAxis.EPOCH)] == [1.0, 1.9, 3.0]


def test_what_a_resume_repeats_is_dropped() -> None:
    curves = RunCurves(
        [
            STARTED,
            *(steps_done(1, step, active_seconds=step) for step in range(1, 11)),
            epoch_ended(1, active_seconds=11.0),
            *(steps_done(2, step, active_seconds=11 + step) for step in range(1, 9)),
            run_resumed(STARTED, epoch=2, step=3, active_seconds=14.0),
            steps_done(2, 5, loss=0.1, active_seconds=16.0),
        ]
    )
    points = curves.points(Metric.LOSS, "train", XAxis.STEP)
    assert points[-3:] == [(12.0, 0.5), (13.0, 0.5), (15.0, 0.1)]
    assert len(curves.points(Metric.LOSS, "validation", XAxis.STEP)) == 1


def test_a_log_without_its_resume_has_each_step_once() -> None:
    events = [STARTED, *(steps_done(1, step) for step in range(1, 9)), steps_done(1, 4, loss=0.1)]
    assert RunCurves(events).points(Metric.LOSS, "train", XAxis.STEP)[-2:] == [(3.0, 0.5), (4.0, 0.1)]


def test_a_long_run_has_few_points_with_the_same_mean() -> None:
    steps = [steps_done(1 + number // 10, 1 + number % 10, loss=float(number % 2)) for number in range(20_000)]
    points = RunCurves([STARTED, *steps]).points(Metric.LOSS, "train", XAxis.STEP)
    assert MAX_ROWS / 2 <= len(points) <= MAX_ROWS
    assert all(y == 0.5 for _x, y in points)
    assert points[-1][0] == pytest.approx(20_000, abs=100)


def test_more_events_make_other_curves() -> None:
    before = RunCurves([STARTED, steps_done(1, 1)])
    after = before.after([steps_done(1, 2), epoch_ended(1)])
    assert [len(curves.points(Metric.LOSS, "train", XAxis.STEP)) for curves in (before, after)] == [1, 2]
    assert [len(curves.points(Metric.LOSS, "validation", XAxis.STEP)) for curves in (before, after)] == [0, 1]


def test_a_log_is_followed_as_it_grows_and_is_replaced(tmp_path: Path) -> None:
    follower, log = CurvesFollower(RunFolder(tmp_path)), tmp_path / "events.jsonl"
    assert follower.read().points(Metric.LOSS, "train", XAxis.STEP) == []
    for step in (1, 2):
        with log.open("a") as stream:
            stream.writelines(f"{to_line(event)}\n" for event in (STARTED, steps_done(1, step)))
        assert follower.read().points(Metric.LOSS, "train", XAxis.STEP)[-1] == (step, 0.5)
    log.write_text(f"{to_line(STARTED)}\n{to_line(steps_done(1, 7, loss=0.25))}\n")
    assert follower.read().points(Metric.LOSS, "train", XAxis.STEP) == [(7, 0.25)]


def test_a_damaged_log_gives_what_can_be_drawn() -> None:
    curves = RunCurves(
        [
            STARTED,
            steps_done(1, 1, loss=float("nan"), active_seconds=5.0),
            steps_done(1, 2, active_seconds=3.0),
            steps_done(2**52, 1, active_seconds=1e11),
        ]
    )
    ((x, y), *_rest) = curves.points(Metric.LOSS, "train", XAxis.EPOCH)
    assert x == 0.1
    assert isnan(y)
    assert [x for x, _y in curves.points(Metric.LOSS, "train", XAxis.TIME)] == [5.0, 1e11], "time never runs backwards"
    assert RunCurves([steps_done(1, 2), epoch_ended(1)]).points(Metric.LOSS, "train", XAxis.EPOCH) == [(1.0, 0.5)]
    assert RunCurves().points(Metric.LOSS, "train", XAxis.EPOCH) == []
