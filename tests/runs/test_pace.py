"""The estimate of a run's remaining time."""

import pytest

from fmnist_tui.runs.pace import Pace


def after(*durations: float, validation: float = 0.0) -> Pace:
    """Return the pace of a run after epochs of these durations."""
    pace, seconds = Pace(), 0.0
    for epoch, duration in enumerate(durations, start=1):
        trained = seconds + duration
        seconds = trained + validation
        pace = pace.after_epoch(epoch, trained, seconds)
    return pace


def test_before_the_first_steps_there_is_no_estimate() -> None:
    assert Pace().remaining(0.0, 0.0, 5) is None
    assert Pace().remaining(0.0, 3.0, 5) is None


def test_the_first_epoch_is_estimated_from_its_own_steps() -> None:
    assert Pace().remaining(0.25, 2.0, 1) == pytest.approx(6.0)
    assert Pace().remaining(0.25, 2.0, 5) == pytest.approx(38.0)


def test_a_steady_run_takes_what_it_took() -> None:
    pace = after(10, 10, validation=2)
    assert pace.remaining(2.0, 24.0, 2) == 0
    assert pace.remaining(2.0, 24.0, 5) == pytest.approx(3 * 12)
    assert pace.remaining(2.5, 29.0, 5) == pytest.approx(5 + 2 + 2 * 12)
    assert pace.remaining(2.5, 29.0, 3) == pytest.approx(5 + 2)
    assert pace.remaining(3.0, 34.0, 3) == pytest.approx(2)  # the validation has begun


def test_a_slow_beginning_is_soon_forgotten() -> None:
    estimate = after(100, 10, 10, 10).remaining(4.0, 130.0, 8)
    assert estimate == pytest.approx(4 * 10)


def test_the_current_epoch_counts_as_far_as_it_has_come() -> None:
    slowed = after(10, 10, 10)
    early, late = slowed.epoch_seconds(3.1, 33.0), slowed.epoch_seconds(3.9, 57.0)  # 30 seconds an epoch by now
    assert early is not None
    assert late is not None
    assert 10 < early < 12
    assert 16 < late < 20


def test_a_resumed_run_does_not_count_what_it_repeats() -> None:
    pace = after(10, 10).resumed(1.5, 100.0)
    assert pace.remaining(2.0, 105.0, 3) == pytest.approx(10)
    assert Pace().resumed(2.0, 60.0).remaining(2.5, 70.0, 4) == pytest.approx(30)
    fresh = Pace().resumed(2.5, 60.0).after_epoch(3, 65.0, 66.0)
    assert (fresh.finished, fresh.validation) == ((10.0,), 1.0)


def test_time_that_runs_backwards_in_a_damaged_log_changes_nothing() -> None:
    pace = after(10, 10).after_epoch(3, 5.0, 4.0)
    assert pace.finished == (10.0, 10.0)
    assert pace.validation == 0
    assert pace.remaining(2.0, 1.0, 4) is not None
