"""Playing a run on a clock that the test sets."""

import pytest
from event_factories import epoch_ended, run_started, steps_done

from fmnist_tui.engine.replay_player import ReplayPlayer, speed_for
from fmnist_tui.events import Event, to_line
from fmnist_tui.runs.timeline import Timeline


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def player(clock: Clock) -> ReplayPlayer:
    """A run of 100 epochs of two seconds each, at 10×."""
    events: list[Event] = [run_started(time=0)]
    for epoch in range(1, 101):
        events.append(steps_done(epoch, 5, time=2 * epoch - 1, active_seconds=2 * epoch - 1))
        events.append(epoch_ended(epoch, time=2 * epoch, active_seconds=2 * epoch))
    return ReplayPlayer(Timeline(to_line(event).encode() + b"\n" for event in events), 10, clock)


def test_a_second_of_the_clock_is_ten_of_the_run(player: ReplayPlayer, clock: Clock) -> None:
    clock.now += 5
    assert (player.position, player.is_playing) == (0, False)
    player.play()
    clock.now += 1
    assert player.position == 10
    assert player.snapshot.epoch == 5
    player.pause()
    clock.now += 1
    assert player.position == 10
    player.play()
    clock.now += 0.5
    assert player.position == 15


def test_it_stops_at_the_end_and_plays_again_from_the_start(player: ReplayPlayer, clock: Clock) -> None:
    player.play()
    clock.now += 1000
    assert player.is_at_end
    assert not player.is_playing
    assert player.snapshot.epoch == 100
    player.play()
    assert (player.position, player.is_playing) == (0, True)


def test_another_speed_changes_nothing_about_the_past(player: ReplayPlayer, clock: Clock) -> None:
    player.play()
    clock.now += 1
    player.change_speed(1)
    assert (player.speed, player.position) == (20, 10)
    clock.now += 1
    assert player.position == 30
    for _ in range(9):
        player.change_speed(1)
    assert player.speed == 50
    for _ in range(9):
        player.change_speed(-1)
    assert (player.speed, player.position, player.is_playing) == (1, 30, True)


@pytest.mark.parametrize(("steps", "speed"), [(1, 20), (-1, 10)])
def test_a_speed_between_two_others_becomes_its_neighbor(player: ReplayPlayer, steps: int, speed: float) -> None:
    player.speed = 15
    player.change_speed(steps)
    assert player.speed == speed


def test_seeking_stays_within_the_run_and_keeps_playing_or_pausing(player: ReplayPlayer, clock: Clock) -> None:
    player.seek(-5)
    assert (player.position, player.is_playing) == (0, False)
    player.play()
    player.seek(20)
    clock.now += 1
    assert player.position == 30
    player.seek(1e9)
    assert player.is_at_end
    player.seek_epoch(-1)
    assert (player.position, player.is_playing) == (198, False)


def test_epochs_and_reports_are_stepped_through(player: ReplayPlayer) -> None:
    player.seek(20.5)
    player.seek_epoch(1)
    assert player.snapshot.last_epoch is not None
    assert player.snapshot.last_epoch.epoch == 11
    player.seek_report(1)
    assert (player.snapshot.epoch, player.position) == (12, 23)
    player.seek_report(-1)
    player.seek_epoch(-1)
    assert player.position == 20


def test_going_back_while_it_plays_is_not_stuck_at_the_same_epoch(player: ReplayPlayer, clock: Clock) -> None:
    player.seek(150)
    player.play()
    for _ in range(3):
        clock.now += 0.3
        before = player.position
        player.seek_epoch(-1)
        assert player.position < before - 3


@pytest.mark.parametrize(("duration", "speed"), [(0, 1), (6, 1), (19, 1), (28, 2), (120, 10), (1e6, 50)])
def test_the_first_speed_is_the_largest_that_leaves_ten_seconds(duration: float, speed: float) -> None:
    assert speed_for(duration) == speed
