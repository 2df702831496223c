"""Which actions of the Train view apply, without the view: enabled, shown as disabled, hidden."""

from dataclasses import replace

import a_run
import configs
import pytest
from on_disk import a_finished_run
from scripted_engine import ScriptedEngine

from fmnist_tui.engine.controller import RunController
from fmnist_tui.events import RunState, StateChanged
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.diagnosis import Finding
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.tui.screens.train_actions import Page, TrainActions
from fmnist_tui.tui.widgets.start_offer import Offer, OfferKind

NAMES = (
    *("start", "resume", "pause", "unpause", "stop", "learning", "replay", "apply", "background", "move_to_background"),
    *("queue", "open_queue", "repeat", "undo", "redo", "new", "watch", "dismiss_offer"),
)


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def controller(engine: ScriptedEngine) -> RunController:
    return RunController(engine, lambda: None)


def of_state(controller: RunController, page: Page, offer: Offer | None = None) -> tuple[set[str], set[str]]:
    """Return the actions that are enabled and those that are shown as disabled."""
    actions = TrainActions(controller, page, offer)
    found = {name: actions.availability(name, ()) for name in NAMES}
    found |= {f"show {other}": actions.availability("show", (other,)) for other in ("form", "live")}
    return {name for name, shown in found.items() if shown}, {name for name, shown in found.items() if shown is None}


FORM = {"background", "queue", "repeat", "undo", "redo"}


def test_the_form_before_any_run_starts_one_in_each_way(controller: RunController) -> None:
    assert of_state(controller, "form") == ({"start", *FORM}, set())


def test_a_run_of_this_process_is_controlled_on_both_pages(controller: RunController, engine: ScriptedEngine) -> None:
    controller.start(configs.CNN)
    control = {
        RunState.TRAINING: ({"pause", "stop", "move_to_background"}, set()),
        RunState.PAUSED: ({"unpause", "stop", "move_to_background"}, set()),
        RunState.STOPPING: (set(), {"pause", "stop", "move_to_background"}),
    }
    for state, (enabled, disabled) in control.items():
        engine.emit(StateChanged(state=state))
        of_form = FORM - {"background"} | {"show live"}
        assert of_state(controller, "form") == (enabled | of_form, disabled | {"start"})
        assert of_state(controller, "live") == (enabled | {"open_queue", "show form"}, disabled | {"start"})


def test_a_run_that_was_stopped_is_resumed_replayed_or_followed_by_a_new_one(
    controller: RunController, engine: ScriptedEngine
) -> None:
    controller.start(configs.CNN)
    for event in (*a_run.opening(configs.CNN), *a_run.epoch(1), a_run.ended(RunState.STOPPED)):
        engine.emit(event)
    after = {"start", "resume", "learning", "replay", "new", "open_queue", "show form"}
    assert of_state(controller, "live") == (after, set())
    assert of_state(controller, "form") == ({"start", *FORM, "show live"}, set()), "its folder is not that of the form"


def test_the_remedy_of_the_first_finding_is_applied_where_it_is_shown(
    controller: RunController, engine: ScriptedEngine
) -> None:
    controller.start(configs.CNN)
    engine.emit(StateChanged(state=RunState.TRAINING))
    assert controller.snapshot is not None
    findings = (Finding("The loss rises", "halve it", {"epochs": 3}), Finding("Slow", "none", {"epochs": 4}))
    controller.snapshot = replace(controller.snapshot, findings=findings)
    assert TrainActions(controller, "form", None).availability("apply", ()) is False
    live = TrainActions(controller, "live", None)
    assert live.availability("apply", ())
    assert live.advised == configs.CNN.model_copy(update={"epochs": 3})


@pytest.mark.parametrize(
    ("kind", "more", "fewer"),
    [
        (OfferKind.WATCH, {"watch"}, set()),
        (OfferKind.RESUME, {"resume"}, set()),
        (OfferKind.QUEUE, {"open_queue"}, {"queue"}),
    ],
)
def test_what_is_offered_applies_above_the_form_only(
    controller: RunController, kind: OfferKind, more: set[str], fewer: set[str]
) -> None:
    folder: RunFolder = a_finished_run("20260103-000000-cnn", configs.CNN, is_over=False)
    offer = Offer(kind, "something", summary_of(folder))
    assert of_state(controller, "form", offer) == ({"start", "dismiss_offer", *FORM, *more} - fewer, set())
    assert TrainActions(controller, "form", offer).resumable == (folder if kind is OfferKind.RESUME else None)
    assert of_state(controller, "live", offer) == of_state(controller, "live")
