"""Every action of the table is reached by each of its keys alone, in the real app on scripted data."""

from collections.abc import Awaitable, Callable
from typing import Any

import a_run
import on_disk
import pytest
import tour
from textual.actions import parse
from textual.dom import DOMNode
from workbench import Bench, without_train_view

from fmnist_tui.events import RunState, StateChanged
from fmnist_tui.keymap.action import Action
from fmnist_tui.keymap.table import ACTIONS, BY_ID, actions_of
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.queue import lock_worker, read_queue
from fmnist_tui.tui.screens.evaluate import EvaluateScreen
from fmnist_tui.tui.screens.labels_dialog import LabelsDialog
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.start_offer import Offer, OfferKind

Place = Callable[[Bench], Awaitable[object]]


def at(stop: str, selector: str = "") -> Place:
    """Return how to reach a stop of the tour, or one of its widgets."""

    async def go(bench: Bench) -> None:
        await tour.STOPS[stop](bench)
        await bench.rest()
        if selector:
            bench.screen.query(selector).first().focus()
            await bench.rest()

    return go


async def _paused(bench: Bench) -> None:
    await at("live")(bench)
    bench.engine.emit(StateChanged(state=RunState.PAUSED))


async def _stopped(bench: Bench) -> None:
    await at("live")(bench)
    bench.engine.emit(a_run.ended(RunState.STOPPED, "as asked"))


async def _maximized(bench: Bench) -> None:
    await at("runs")(bench)
    await bench.press("m")


async def _edited(bench: Bench) -> None:
    await at("form")(bench)
    await bench.type_into("epochs", "7")
    await bench.press("8", "ctrl+z")


async def _marked(bench: Bench) -> None:
    await at("evaluate")(bench)
    assert isinstance(bench.screen, EvaluateScreen)
    await bench.press("space", "down")


async def _chosen_run(bench: Bench) -> None:
    await at("run comparison", "ComparisonTable")(bench)
    await bench.press("enter", "right")


async def _stoppable_run(bench: Bench) -> None:
    on_disk.a_finished_run("20260102-000000-cnn", tour.FAST, is_over=False, age=-10)
    await at("runs")(bench)
    await bench.press("home", "f5")
    await bench.until(lambda: "20260102-000000" in bench.text())
    await bench.press("home")


async def _playing(bench: Bench) -> None:
    await at("replay")(bench)
    await bench.press("home", "p")


async def _card(bench: Bench) -> None:
    await at("runs")(bench)
    await bench.press("C")
    await bench.until(lambda: "Trained with" in bench.text())


async def _repeating(bench: Bench) -> None:
    await at("runs")(bench)
    await bench.press("S")


async def _filtered(bench: Bench) -> None:
    await at("runs")(bench)
    await bench.press("slash", "c", "n", "n", "enter")


async def _filtering(bench: Bench) -> None:
    await at("runs")(bench)
    await bench.press("slash")


async def _columns(bench: Bench) -> None:
    await at("runs")(bench)
    await bench.press("O")


async def _offered(bench: Bench) -> None:
    await at("form")(bench)
    bench.train.show_offer(Offer(OfferKind.WATCH, "a run is being trained", list_runs()[0]))


async def _form_after_a_run(bench: Bench) -> None:
    await _stopped(bench)
    await at("form", "ModelList")(bench)


async def _queue_at_work(bench: Bench) -> None:
    await at("queue")(bench)
    HELD.extend([lock_worker(), lock_run(RunFolder(runs_folder() / read_queue().runs[0]))])
    await bench.press("f5")
    await bench.until(lambda: "running" in bench.text())


HELD: list[object] = []
"""The locks of a process that works on the queue."""


async def _values(bench: Bench) -> None:
    await at("form")(bench)
    longest = max(bench.screen.query(Choice), key=lambda choice: len(choice.choices))
    longest.focus()
    longest.action_open()


async def _explained(bench: Bench) -> None:
    await at("live")(bench)
    await bench.app.run_action("context_help")


async def _labeling(bench: Bench) -> None:
    await at("runs")(bench)
    await bench.press("N")
    await bench.until(lambda: isinstance(bench.app.screen, LabelsDialog))


async def _jumping(bench: Bench) -> None:
    await at("live")(bench)
    await bench.app.run_action("jump")


async def _going_to(bench: Bench) -> None:
    await at("images")(bench)
    await bench.press("slash")


async def _too_small(bench: Bench) -> None:
    await at("live")(bench)
    await bench.pilot.resize_terminal(50, 10)


VIEWS: list[tuple[Place, str]] = [
    (
        at("live"),
        "train.move train.open_queue train.pause train.stop train.form "
        "train.labels train.sweeps train.learning train.apply train.copy view app panel.maximize",
    ),
    (at("form"), "train.live train.queue train.repeat"),
    (_offered, "train.watch"),
    (_edited, "train.undo train.redo"),
    (at("evaluate"), "evaluate table"),
    (_maximized, "panel.restore"),
    (_marked, "evaluate.compare evaluate.cancel"),
    (at("images"), "images browser"),
    (_stoppable_run, "runs"),
    (_filtered, "runs.unfilter"),
    (_paused, "train.continue"),
    (_stopped, "train.start train.resume train.new train.replay"),
    (_form_after_a_run, "train.background"),
]
PAGES: list[tuple[Place, str]] = [
    (at("matrix"), "matrix page grid"),
    (at("comparison"), "comparison"),
    (_card, "run_card"),
    (at("learning"), "learning"),
    (at("replay"), "replay"),
    (at("queue"), "queue"),
    (at("sweeps"), "sweeps"),
    (at("sweep"), "sweep"),
    (_queue_at_work, "queue.pause queue.watch"),
    (_playing, "replay.pause"),
    (at("run comparison"), "run_comparison"),
    (_chosen_run, "run_comparison.compare run_comparison.cancel"),
    (at("gallery"), "gallery"),
    (at("classify"), "classify drawing"),
    (at("augmentation"), "augmentation"),
]
DIALOGS: list[tuple[Place, str]] = [
    (at("help"), "keys"),
    (_columns, "columns"),
    (at("question"), "ask options"),
    (_repeating, "repeat"),
    (at("new sweep", "Choice"), "new_sweep"),
    (at("path"), "path"),
    (at("queue dialog"), "plan"),
    (at("export"), "export"),
    (_labeling, "labels"),
    (_values, "choices"),
    (_explained, "context_help"),
    (_jumping, "jump"),
    (_going_to, "go_to"),
    (_filtering, "filter"),
    (_too_small, "too_small"),
]
WIDGETS: list[tuple[Place, str]] = [
    (at("form", "ModelList"), "models move"),
    (at("form", "ConfigForm Choice"), "choice form"),
    (at("form", "FieldInput"), "field"),
    (at("live", "CurvePlot"), "curve"),
    (at("run comparison", "ComparisonPlot"), "run_curves"),
    (at("run comparison", "ComparisonTable"), "compared_runs"),
]
ELSEWHERE = {
    "train.dismiss",
    "replay.pause",
    "evaluate.compare",
    "evaluate.cancel",
    "run_comparison.compare",
    "run_comparison.cancel",
    "runs.unfilter",
    "queue.pause",
    "queue.watch",
}
"""Those of a scope that are reached at another place than the others."""


def named(names: str) -> list[Action]:
    """Return the actions with these ids, and all of these scopes."""
    found: list[Action] = []
    for name in names.split():
        found += [BY_ID[name]] if name in BY_ID else [a for a in actions_of(name) if a.id not in ELSEWHERE]
    return found


async def reached(bench: Bench, action: Action, key: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Press a key; return whether it dispatches to the action, which is not run."""
    seen: list[str] = []
    run_action = bench.app.run_action

    async def spy(command: Any, default_namespace: DOMNode | None = None, *rest: Any) -> bool:
        destination, name, parameters = parse(command) if isinstance(command, str) else command
        node = bench.app if destination == "app" or default_namespace is None else default_namespace
        if command == action.command and node.check_action(name, parameters):
            seen.append(command)
            return True
        return await run_action(command, default_namespace, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(bench.app, "run_action", spy)
        await bench.pilot.press(*key.split())
    return bool(seen)


@pytest.mark.parametrize(
    "places",
    [VIEWS, pytest.param(PAGES, marks=without_train_view), DIALOGS, WIDGETS],
    ids=["views", "pages", "dialogs", "widgets"],
)
async def test_each_key_of_an_action_reaches_it(
    places: list[tuple[Place, str]], bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tour.prepare(bench)
    missed = []
    for go, names in places:
        await go(bench)
        await bench.rest()
        for action in named(names):
            missed += [(action.id, key) for key in action.keys if not await reached(bench, action, key, monkeypatch)]
        while len(bench.app.screen_stack) > 1:
            bench.app.pop_screen()
            await bench.rest()
    assert missed == []


async def test_escape_dismisses_the_offer_to_resume_a_crashed_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk.a_finished_run("20260102-000000-cnn", tour.FAST, is_over=False)
    bench.train.show_offer(Offer(OfferKind.RESUME, "a run has crashed", list_runs()[0]))
    await bench.rest()
    assert await reached(bench, BY_ID["train.dismiss"], "escape", monkeypatch)


def test_no_action_is_left_out() -> None:
    covered = {action.id for _go, names in (*VIEWS, *PAGES, *DIALOGS, *WIDGETS) for action in named(names)}
    assert {action.id for action in ACTIONS} - covered == {"train.dismiss"}
