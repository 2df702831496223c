"""The controller alone: states, snapshots, announcements."""

import gc
import pickle
from unittest.mock import Mock

import a_run
import pytest
from scripted_engine import ScriptedEngine

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.controller import RunController, RunSource
from fmnist_tui.errors import UserError
from fmnist_tui.events import ProbeRecorded, RunState, StateChanged
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.snapshot import RunSnapshot

CONFIG = RunConfig.from_preset("fast", "logistic")


class Announcements:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def announcements() -> Announcements:
    return Announcements()


@pytest.fixture
def controller(engine: ScriptedEngine, announcements: Announcements) -> RunController:
    return RunController(engine, announcements)


def allowed(controller: RunController) -> set[str]:
    return {name for name in ("start", "pause", "unpause", "stop") if getattr(controller, f"can_{name}")}


def test_what_is_allowed_follows_from_the_state(controller: RunController, engine: ScriptedEngine) -> None:
    assert controller.state is None
    assert allowed(controller) == {"start"}
    controller.start(CONFIG)
    expected = {
        RunState.STARTING: {"stop"},
        RunState.TRAINING: {"pause", "stop"},
        RunState.PAUSED: {"unpause", "stop"},
        RunState.STOPPING: set(),
    }
    for state, names in expected.items():
        engine.emit(StateChanged(state=state))
        assert allowed(controller) == names
    engine.emit(a_run.ended())
    assert allowed(controller) == {"start"}


def test_a_second_run_is_refused(controller: RunController) -> None:
    controller.start(CONFIG)
    with pytest.raises(UserError, match="another run is active"):
        controller.start(CONFIG)


@pytest.fixture
def folder() -> RunFolder:
    return RunFolder.create(CONFIG)


def test_a_watched_run_is_controlled_by_its_state_and_keeps_nothing_from_starting(
    controller: RunController, engine: ScriptedEngine, folder: RunFolder
) -> None:
    controller.watch(folder)
    assert engine.watched == [folder.path]
    assert (controller.source, controller.folder, controller.config) == (RunSource.WATCHED, folder, CONFIG)
    for state, names in {RunState.TRAINING: {"pause", "stop"}, RunState.PAUSED: {"unpause", "stop"}}.items():
        engine.show(RunSnapshot(state=state))
        assert allowed(controller) == {"start", *names}
        assert controller.is_live
        assert not controller.is_active, "it does not end with this process"
    controller.unpause()
    controller.stop()
    assert engine.handle.calls == ["unpause", "stop"]
    engine.show(RunSnapshot(state=RunState.CRASHED))
    assert controller.can_resume


def test_another_run_ends_the_watch_but_not_the_watched_run(
    controller: RunController, engine: ScriptedEngine, folder: RunFolder
) -> None:
    controller.watch(folder)
    watched, late = engine.handle, engine.show
    controller.start(CONFIG)
    assert watched.calls == ["abandon"]
    late(RunSnapshot(state=RunState.PAUSED))
    assert controller.state is RunState.STARTING
    assert controller.source is RunSource.OWN


def test_a_watched_run_that_revives_replaces_its_end(
    controller: RunController, engine: ScriptedEngine, folder: RunFolder
) -> None:
    controller.watch(folder)
    engine.show(RunSnapshot().after(a_run.ended(RunState.CRASHED, "gone")))
    assert not controller.is_live
    engine.show(RunSnapshot(state=RunState.TRAINING))
    assert controller.is_live


def test_a_run_of_this_process_is_not_left_for_another(
    controller: RunController, engine: ScriptedEngine, folder: RunFolder
) -> None:
    controller.start(CONFIG)
    with pytest.raises(UserError, match="in a second terminal: fmnist-tui watch"):
        controller.watch(folder)
    assert engine.watched == []


def test_a_change_is_announced_once_until_it_is_fetched(
    controller: RunController, engine: ScriptedEngine, announcements: Announcements
) -> None:
    controller.start(CONFIG)
    for step in range(100):
        engine.emit(a_run.steps(1, step + 1))
    assert announcements.count == 1
    snapshot = controller.take()
    assert snapshot is not None
    assert snapshot.step == 100
    engine.emit(a_run.steps(1, 101))
    assert announcements.count == 2


def test_ended_is_done_with_the_last_event(controller: RunController, engine: ScriptedEngine) -> None:
    controller.start(CONFIG)
    assert not controller.ended.done()
    engine.emit(a_run.ended())
    assert controller.ended.result(timeout=0).state is RunState.FINISHED


def test_a_late_event_of_one_run_does_not_change_the_next(controller: RunController, engine: ScriptedEngine) -> None:
    controller.start(CONFIG)
    engine.emit(a_run.ended())
    late_sink = engine._sink
    controller.start(CONFIG)
    assert late_sink is not None
    late_sink(a_run.ended(RunState.FAILED, "too late"))
    assert controller.state is RunState.STARTING
    assert not controller.ended.done()


def test_a_new_state_is_announced_even_while_another_change_is_pending(
    controller: RunController, engine: ScriptedEngine, announcements: Announcements
) -> None:
    """The effect of a key is drawn at once, not with the next frame."""
    controller.start(CONFIG)
    engine.emit(StateChanged(state=RunState.TRAINING), a_run.steps(1, 1))
    controller.take()
    engine.emit(a_run.steps(1, 2))
    before = announcements.count
    engine.emit(StateChanged(state=RunState.PAUSED))
    assert announcements.count == before + 1
    engine.emit(StateChanged(state=RunState.PAUSED))
    assert announcements.count == before + 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UserError("torch is broken", "Reinstall it"), "torch is broken. Reinstall it."),
        (OSError("gone"), "OSError: 'gone'"),
    ],
)
def test_a_run_that_cannot_be_launched_has_failed(
    controller: RunController, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(engine, "train", Mock(side_effect=error))
        controller.start(CONFIG)
    assert controller.state is RunState.FAILED
    assert controller.ended.result(timeout=0).reason == reason
    controller.start(CONFIG)
    assert controller.state is RunState.STARTING


def test_a_long_run_takes_no_more_memory_than_a_shorter_one(controller: RunController, engine: ScriptedEngine) -> None:
    controller.start(CONFIG)
    engine.emit(*a_run.opening(CONFIG))

    def size_after(first: int, last: int) -> tuple[int, int]:
        """Return the size of the snapshot, and how many objects of our own are alive."""
        for number in range(first, last):
            engine.emit(*a_run.epoch(number), ProbeRecorded(epoch=number, dead_share=0.1))
        controller.take()
        gc.collect()
        own = sum(str(type(thing).__module__).startswith("fmnist_tui.") for thing in gc.get_objects())
        return len(pickle.dumps(controller.snapshot)), own

    size, objects = size_after(1, 600)
    later_size, later_objects = size_after(600, 1800)
    assert later_size < 1.1 * size
    assert later_objects <= objects + 5
