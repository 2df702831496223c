"""A run that is watched on a thread: its snapshots, requests to it, and what is reported about them."""

import queue
from collections.abc import Callable, Iterator

import configs
import pytest
from event_factories import epoch_ended, run_ended, run_started, steps_done

from fmnist_tui.engine import watched_run
from fmnist_tui.engine.watched_run import WatchedRun
from fmnist_tui.events import Event, RunState, StateChanged, to_line
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.requests import RequestInbox, RequestKind
from fmnist_tui.runs.snapshot import RunSnapshot, replay

TRAINING = StateChanged(state=RunState.TRAINING)


class Watching:
    """A run's folder, whose lock the test holds, and a watch of it."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.shown: queue.SimpleQueue[RunSnapshot] = queue.SimpleQueue()
        self.log(run_started(), TRAINING, steps_done(), epoch_ended(1))
        self.run = WatchedRun(folder, self.shown.put)

    def log(self, *events: Event) -> None:
        with self.folder.events_file.open("a", encoding="utf-8") as file:
            file.writelines(f"{to_line(event)}\n" for event in events)

    def until(self, is_so: Callable[[RunSnapshot], bool]) -> RunSnapshot:
        """Return the first snapshot for which something is true."""
        while not is_so(snapshot := self.shown.get(timeout=30)):
            pass
        return snapshot

    def until_logged(self, words: str) -> RunSnapshot:
        return self.until(lambda snapshot: words in snapshot.log[-1].text)


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watching]:
    monkeypatch.setattr(watched_run, "POLL_SECONDS", 0.01)
    folder = RunFolder.create(configs.MLP)
    with lock_run(folder):
        found = Watching(folder)
        yield found
        found.run.abandon()


def test_snapshots_are_those_of_the_log(watching: Watching) -> None:
    watching.log(epoch_ended(2), run_ended())
    last = watching.until(lambda snapshot: snapshot.ended is not None)
    assert last == replay(read_events(watching.folder.events_file))


@pytest.mark.parametrize(
    ("press", "kind"),
    [
        (WatchedRun.pause, RequestKind.PAUSE),
        (WatchedRun.unpause, RequestKind.CONTINUE),
        (WatchedRun.stop, RequestKind.STOP),
    ],
)
def test_a_key_becomes_a_request_and_the_log_shows_it(
    watching: Watching, press: Callable[[WatchedRun], None], kind: RequestKind
) -> None:
    press(watching.run)
    snapshot = watching.until_logged(f"{kind} is requested")
    assert snapshot.state is RunState.TRAINING
    request = RequestInbox(watching.folder, pytest.fail).take()
    assert request is not None
    assert request.request is kind


def test_a_request_that_is_not_taken_is_reported(watching: Watching, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_run, "SECONDS_UNTIL_NOTE", 0.0)
    watching.run.pause()
    assert watching.until_logged("pause was not taken yet").log[-1].is_problem


def test_a_request_to_a_run_that_ends_is_removed(watching: Watching) -> None:
    watching.run.pause()
    watching.until_logged("pause is requested")
    watching.log(run_ended())
    watching.until(lambda snapshot: snapshot.ended is not None)
    while watching.folder.request_file.exists():
        pass


def test_a_request_that_cannot_be_written_is_reported(watching: Watching) -> None:
    watching.folder.request_file.mkdir()
    watching.run.pause()
    assert watching.until_logged("can't write").log[-1].is_problem


def test_a_watch_that_is_ended_shows_nothing_more(watching: Watching) -> None:
    watching.until(lambda snapshot: snapshot.last_epoch is not None)
    watching.run.abandon()
    watching.run.pause()
    watching.log(epoch_ended(2))
    with pytest.raises(queue.Empty):
        watching.shown.get(timeout=0.1)
    assert not watching.folder.request_file.exists()
