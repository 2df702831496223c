"""Windows of time in which a run is drawn or not, and the ratio of their speeds."""

import event_factories
import pytest

from benchmarks.drawing import WINDOW_SECONDS, is_drawn, ratios_of, seconds_until_drawing, window_of, window_speeds
from fmnist_tui.events import StepsDone


def steps(moment: float, epoch: int, step: int) -> StepsDone:
    return event_factories.steps_done(
        epoch,
        step,
        time=moment,
        loss=1.0,
        accuracy=0.5,
        learning_rate=0.1,
        images_per_second=1.0,
        active_seconds=moment,
    )


def test_every_second_window_is_drawn() -> None:
    for moment in (0.0, 1.0, 4.9, 5.0, 7.5, 10.0):
        until = seconds_until_drawing(moment)
        assert is_drawn(window_of(moment + until))
        assert (until > 0) is not is_drawn(window_of(moment))
        assert until <= WINDOW_SECONDS


def test_a_training_that_drawing_halves_has_a_ratio_of_a_half() -> None:
    events, step, moment = [], 0, 0.0
    while moment < 10 * WINDOW_SECONDS:
        events.append(steps(moment, 2, step))
        step += 1 if is_drawn(window_of(moment)) else 2
        moment += 0.25
    speeds = window_speeds(events, batch_size=100)
    assert speeds[0] == pytest.approx(800)
    assert speeds[1] == pytest.approx(400)
    assert ratios_of(speeds) == pytest.approx([0.5] * 4)


def test_the_first_epoch_and_the_time_between_epochs_do_not_count() -> None:
    events = [steps(0.0, 1, 1), steps(4.0, 1, 9), steps(5.0, 2, 1), steps(6.0, 2, 2), steps(9.0, 3, 1)]
    assert not window_speeds(events, batch_size=1)
