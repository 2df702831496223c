import math

from event_factories import epoch_ended, run_ended, run_resumed, run_started, steps_done

from fmnist_tui.config import RunConfig
from fmnist_tui.events import (
    CheckpointFailed,
    CheckpointSaved,
    Event,
    ProbeRecorded,
    RunStarted,
    RunState,
    StateChanged,
    ValidationStarted,
)
from fmnist_tui.runs.curve import MAX_POINTS, Curve
from fmnist_tui.runs.snapshot import LOG_LINES, RunSnapshot, replay


def started(epochs: int = 4) -> RunStarted:
    return run_started(RunConfig.from_flat({"model": "mlp", "epochs": epochs}))


def test_progress_and_time_left_follow_the_steps() -> None:
    snapshot = replay([started(), StateChanged(state=RunState.TRAINING), steps_done(2, 5, active_seconds=3.0)])
    assert snapshot.state is RunState.TRAINING
    assert snapshot.epoch_fraction == 0.5
    assert snapshot.fraction == 1.5 / 4
    assert math.isclose(snapshot.remaining_seconds or 0, 5.0)
    assert math.isclose(snapshot.epoch_remaining_seconds or 0, 1.0)


def test_nothing_is_guessed_before_the_first_step() -> None:
    snapshot = replay([started()])
    assert snapshot.fraction == 0.0
    assert snapshot.remaining_seconds is None
    assert RunSnapshot().epoch_remaining_seconds is None


def test_the_best_epoch_is_the_one_with_the_highest_accuracy() -> None:
    snapshot = replay(
        [started(), epoch_ended(1, 0.7, is_best=True), epoch_ended(2, 0.9, is_best=True), epoch_ended(3, 0.8)]
    )
    assert snapshot.best is not None
    assert snapshot.best.epoch == 2
    assert snapshot.last_epoch is not None
    assert snapshot.last_epoch.epoch == 3


def test_dead_units_are_found_by_the_newest_record_until_the_run_is_resumed_before_it() -> None:
    dead, alive = ProbeRecorded(epoch=1, dead_share=0.9), ProbeRecorded(epoch=2, dead_share=0.1)
    events = [started(), epoch_ended(1, 0.7, is_best=True), dead]
    for more in ([], [epoch_ended(2, 0.8, is_best=True)]):
        (finding,) = replay([*events, *more]).findings
        assert finding.text.startswith("dead units")
    assert not replay([*events, epoch_ended(2, 0.8, is_best=True), alive]).findings
    resumed = run_resumed(started())
    snapshot = replay([*events, resumed, epoch_ended(1, 0.7, is_best=True)])
    assert snapshot.learned is None
    assert not snapshot.findings


def test_the_end_of_the_run_is_recorded() -> None:
    ended = run_ended(RunState.FAILED, "the disk burns")
    snapshot = replay([started(), ValidationStarted(epoch=1), ended])
    assert snapshot.state is RunState.FAILED
    assert snapshot.ended == ended
    assert not snapshot.is_validating
    assert snapshot.log[-1].is_problem
    assert "the disk burns" in snapshot.log[-1].text


def test_checkpoints_are_known_by_name_and_their_failures_are_logged() -> None:
    saved = CheckpointSaved(name="best", epoch=1, step=10, path="/x")
    failed = CheckpointFailed(name="last", epoch=1, reason="no space")
    snapshot = replay([started(), saved, failed])
    assert snapshot.checkpoints == {"best": saved}
    assert "no space" in snapshot.log[-1].text
    assert snapshot.log[-1].is_problem


def test_folding_does_not_change_the_snapshot_before() -> None:
    before = replay([started()])
    before.after(steps_done(1, 1))
    assert before == replay([before.started]) if before.started else False


def test_a_long_run_takes_no_more_memory_than_a_short_one() -> None:
    events: list[Event] = [started(epochs=100_000)]
    events += [epoch_ended(epoch, 0.5) for epoch in range(1, 3_000)]
    snapshot = replay(events)
    assert len(snapshot.log) == LOG_LINES
    assert len(snapshot.curves.validation_loss.points) <= MAX_POINTS


def test_thinning_a_curve_preserves_its_mean_and_its_ends() -> None:
    curve = Curve()
    for x in range(100_000):
        curve = curve.with_point(float(x), float(x))
    points = curve.points
    assert len(points) <= MAX_POINTS
    assert points[-1][0] == 99_999
    assert math.isclose(sum(y for _x, y in points) / len(points), 50_000, rel_tol=0.02)
    assert [x for x, _y in points] == sorted(x for x, _y in points)


def test_a_curves_newest_value_is_seen_at_once() -> None:
    curve = Curve()
    for x in range(MAX_POINTS):
        curve = curve.with_point(float(x), 1.0)
    assert curve.stride == 2
    assert curve.with_point(9999.0, 5.0).points[-1] == (9999.0, 5.0)


def test_an_epoch_number_that_goes_back_voids_what_came_after_it_where_the_resume_is_lost() -> None:
    before = [
        started(),
        steps_done(1, 10),
        epoch_ended(1, 0.7, is_best=True),
        steps_done(2, 10),
        epoch_ended(2, 0.9, is_best=True),
    ]
    snapshot = replay([*before, steps_done(2, 5), epoch_ended(2, 0.6)])
    assert [epoch.validation_accuracy for epoch in snapshot.epochs] == [0.7, 0.6]
    assert snapshot.best is not None
    assert snapshot.best.epoch == 1
    assert [x for x, _ in snapshot.curves.train_loss.points] == [1.0, 1.5]
    assert [x for x, _ in snapshot.curves.validation_accuracy.points] == [1.0, 2.0]


def test_a_resumed_run_shows_no_epoch_that_is_void() -> None:
    resumed = run_resumed(started(), epoch=2, step=3, best=epoch_ended(1, 0.7, is_best=True))
    snapshot = replay([started(), epoch_ended(1, 0.7, is_best=True), epoch_ended(2, 0.9, is_best=True), resumed])
    assert snapshot.last_epoch is not None
    assert snapshot.last_epoch.epoch == 1
