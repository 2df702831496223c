"""Whether a run is running, over or crashed, as the events of its watcher state it."""

from pathlib import Path

import pytest
from event_factories import epoch_ended, run_ended, run_resumed, run_started, steps_done

from fmnist_tui.events import Event, RunState, StateChanged, to_line
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import SILENCE_SECONDS
from fmnist_tui.runs.snapshot import RunSnapshot, replay
from fmnist_tui.runs.watch import CLOSING_SECONDS, QUIET_SECONDS, RunWatcher

TRAINING, PAUSED = StateChanged(state=RunState.TRAINING), StateChanged(state=RunState.PAUSED)
HERE, THERE = "laptop", "gpu1"


class Watch:
    """A watcher with a clock, a lock and a log that the test sets.

    Attributes:
        skew: Seconds by which the clock of the host that trains is ahead of this one's.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.now, self.skew = 1e6, 0.0
        self.is_locked = True
        self.snapshot = RunSnapshot()
        self.watcher = RunWatcher(
            folder,
            is_locked=lambda _folder: self.is_locked,
            host=HERE,
            clock=lambda: self.now,
            wall_clock=lambda: self.now,
        )

    def log(self, *events: Event) -> None:
        with self.folder.events_file.open("a", encoding="utf-8") as log:
            for event in events:
                stamped = event.model_copy(update={"time": self.now + self.skew})
                log.write(to_line(stamped) + "\n")

    def state(self, seconds: float = 0.0, polls: int = 2) -> RunState:
        """Return the state after some time."""
        self.now += seconds
        for _poll in range(polls):
            update = self.watcher.poll()
            self.snapshot = RunSnapshot() if update.is_restart else self.snapshot
            for event in update.events:
                self.snapshot = self.snapshot.after(event)
        return self.snapshot.state


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(RunFolder(tmp_path))


def start(watch: Watch, host: str = HERE) -> None:
    watch.log(run_started(host=host, pid=4711), TRAINING, steps_done(), epoch_ended(1))


def test_the_states_of_the_log_are_passed_on(watch: Watch) -> None:
    assert watch.state() is RunState.STARTING
    for event, state in (
        (run_started(host=HERE), RunState.STARTING),
        (TRAINING, RunState.TRAINING),
        (PAUSED, RunState.PAUSED),
        (StateChanged(state=RunState.STOPPING), RunState.STOPPING),
        (run_ended(RunState.STOPPED), RunState.STOPPED),
    ):
        watch.log(event)
        assert watch.state() is state
    assert watch.snapshot == replay(read_events(watch.folder.events_file))


def test_a_run_whose_process_is_gone_has_crashed_with_what_it_had_reached(watch: Watch) -> None:
    start(watch)
    assert watch.state() is RunState.TRAINING
    watch.is_locked = False
    assert watch.state() is RunState.CRASHED
    ended = watch.snapshot.ended
    assert ended is not None
    assert (ended.epochs, ended.best_validation_accuracy) == (1, 0.8)
    assert ended.reason == "process 4711 ended without a report: it was killed, or the machine was restarted"
    lines = len(watch.snapshot.log)
    assert watch.state(polls=5) is RunState.CRASHED
    assert len(watch.snapshot.log) == lines, "it is reported once"


def test_a_run_that_trains_and_is_quiet_for_long_is_reported_once_and_again_when_it_reports(watch: Watch) -> None:
    start(watch)
    watch.state()
    assert watch.state(QUIET_SECONDS) is RunState.TRAINING
    assert "no report for 30 s" in watch.snapshot.detail
    lines = len(watch.snapshot.log)
    watch.state(QUIET_SECONDS)
    assert len(watch.snapshot.log) == lines
    watch.log(steps_done())
    watch.state()
    assert watch.snapshot.detail == ""
    watch.log(PAUSED)
    watch.state()
    watch.state(10 * QUIET_SECONDS)
    assert watch.snapshot.detail == "", "a paused run has nothing to report"


def test_an_end_that_is_written_just_before_the_lock_is_released_is_no_crash(watch: Watch) -> None:
    start(watch)
    watch.state()
    watch.is_locked = False
    watch.log(run_ended())
    assert watch.state(polls=1) is RunState.FINISHED


def test_a_crashed_run_that_is_resumed_goes_on_with_complete_curves(watch: Watch) -> None:
    start(watch)
    watch.is_locked = False
    assert watch.state() is RunState.CRASHED
    watch.is_locked = True  # another process has opened it, and loads
    assert watch.state() is RunState.STARTING
    assert watch.snapshot.ended is None
    best = epoch_ended(1)
    watch.log(run_resumed(run_started(host=HERE, pid=4712), epoch=2, best=best), TRAINING, epoch_ended(2))
    assert watch.state() is RunState.TRAINING
    assert watch.snapshot.curves == replay(read_events(watch.folder.events_file)).curves
    assert watch.snapshot.ended is None
    watch.log(run_ended())
    watch.is_locked = False
    assert watch.state() is RunState.FINISHED


def test_a_run_that_is_still_closing_is_over_and_one_that_is_opened_again_is_starting(watch: Watch) -> None:
    start(watch)
    watch.log(run_ended(RunState.STOPPED))
    assert watch.state() is RunState.STOPPED
    assert watch.state(CLOSING_SECONDS / 2) is RunState.STOPPED
    watch.is_locked = False
    assert watch.state() is RunState.STOPPED
    watch.is_locked = True
    assert watch.state() is RunState.STARTING
    assert watch.snapshot.ended is None
    watch.is_locked = False  # the resume was refused: it has written nothing
    assert watch.state() is RunState.STOPPED


def test_a_run_that_was_over_long_before_the_watch_began_and_is_locked_is_being_resumed(watch: Watch) -> None:
    start(watch)
    watch.log(run_ended(RunState.STOPPED))
    assert watch.state() is RunState.STOPPED
    assert watch.state(CLOSING_SECONDS) is RunState.STARTING


@pytest.mark.parametrize("skew", [0.0, 86_400.0, -86_400.0])
def test_a_run_of_another_host_whose_lock_cannot_be_seen_is_judged_by_its_silence(watch: Watch, skew: float) -> None:
    watch.is_locked, watch.skew = False, skew
    start(watch, THERE)
    watch.state()  # with a clock a day behind, its history looks a day old
    watch.log(steps_done(2, 1))
    assert watch.state() is RunState.TRAINING, "a new event is a sign of life, whatever its time"
    assert watch.state(SILENCE_SECONDS / 2) is RunState.TRAINING
    assert watch.state(SILENCE_SECONDS / 2) is RunState.CRASHED
    assert watch.snapshot.detail.startswith("presumably: no report from gpu1 for 2:00, and its lock")
    watch.log(steps_done(2, 2))
    assert watch.state() is RunState.TRAINING
    watch.log(PAUSED)
    assert watch.state() is RunState.PAUSED
    assert watch.state(10 * SILENCE_SECONDS) is RunState.PAUSED, "a paused run has nothing to report"


def test_an_old_log_of_another_host_is_a_crash_at_once(watch: Watch) -> None:
    start(watch, THERE)
    watch.is_locked = False
    assert watch.state(SILENCE_SECONDS) is RunState.CRASHED


def test_a_log_without_a_host_is_judged_by_the_lock(watch: Watch) -> None:
    start(watch, host="")
    watch.is_locked = False
    assert watch.state() is RunState.CRASHED


def test_a_run_without_a_log_is_not_crashed_but_not_begun(watch: Watch) -> None:
    watch.is_locked = False
    assert watch.state(1000.0, polls=3) is RunState.STARTING


def test_a_log_without_its_beginning_is_judged_too(watch: Watch) -> None:
    watch.log(epoch_ended(7), steps_done(8, 1))
    assert watch.state() is RunState.TRAINING
    watch.is_locked = False
    assert watch.state() is RunState.CRASHED


def test_a_replaced_log_is_judged_anew(watch: Watch) -> None:
    start(watch)
    watch.log(run_ended())
    assert watch.state() is RunState.FINISHED
    watch.folder.events_file.unlink()
    start(watch)
    assert watch.state() is RunState.TRAINING
    assert watch.snapshot.ended is None


def test_a_log_that_cannot_be_read_is_reported_once(watch: Watch) -> None:
    watch.folder.events_file.mkdir()
    watch.state(polls=5)
    assert [line.is_problem for line in watch.snapshot.log] == [True]
