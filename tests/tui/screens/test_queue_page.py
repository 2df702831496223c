"""The queue in the interface: from the form, on its page, and at the start. Nothing is trained."""

from pathlib import Path

import pytest
from textual.widgets import Static
from workbench import Bench, narrow, with_form, without_train_view

from fmnist_tui.config import RunConfig
from fmnist_tui.engine import queue as queue_engine
from fmnist_tui.engine.queue import NewRun, enqueue
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, readable_labels
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.queue import change_queue, queue_file, read_queue
from fmnist_tui.runs.trash import list_trash
from fmnist_tui.tui.config_draft import Draft
from fmnist_tui.tui.screens.queue import QueueScreen
from fmnist_tui.tui.screens.queue_dialog import QueueDialog
from fmnist_tui.tui.widgets.start_offer import OfferKind, find_offer

pytestmark = without_train_view

CONFIG = RunConfig.from_flat({"model": "logistic", "data": "demo"})


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Start no process that works on the queue; record that one would be."""
    found: list[str] = []
    monkeypatch.setattr(queue_engine, "start_worker", lambda: found.append("worker"))
    return found


def queued() -> list[RunFolder]:
    return [RunFolder(runs_folder() / run) for run in read_queue().runs]


def three_runs() -> list[str]:
    runs = [NewRun(CONFIG.model_copy(update={"seed": seed}), RunLabels(name=f"[b]{seed}")) for seed in (1, 2, 3)]
    return [folder.run for folder in enqueue(runs)]


def test_a_draft_has_a_config_for_each_combination_of_lists() -> None:
    draft = Draft.of(CONFIG).with_text("learning_rate", "1e-3, 3e-3").with_text("batch_size", "64,128")
    assert [(config.learning_rate, config.batch_size) for config in draft.configs()] == [
        (0.001, 64),
        (0.003, 64),
        (0.001, 128),
        (0.003, 128),
    ]
    spec = next(spec for spec in draft.specs if spec.name == "batch_size")
    remedies = [
        problem.remedy
        for text in ("64, 128", "1,024")
        if (problem := draft.with_text("batch_size", text).problem(spec)) is not None
    ]
    assert remedies == ["Q queues a run for each value", "Q queues a run for each value; use 1024 for one"]
    faulty = draft.with_text("epochs", "many").first_invalid()
    assert faulty is not None
    assert faulty.name == "epochs"


@with_form
async def test_lists_in_the_form_are_runs_that_are_shown_confirmed_and_queued(bench: Bench, started: list[str]) -> None:
    await bench.type_into("learning_rate", "1e-3, 3e-3")
    await bench.type_into("seed", "1, 2")
    assert "+ Q queues a run for each value" in bench.text()
    await bench.press("escape", "N", *"lr", "enter")
    await bench.until(lambda: "Next run lr" in bench.text())
    await bench.press("Q")
    assert isinstance(bench.screen, QueueDialog)
    assert "Queue these 4 runs?" in bench.text()
    assert "0.003" in bench.text()
    await bench.press("escape")
    assert not queued()
    await bench.until(lambda: "Next run lr" in bench.text())
    await bench.press("Q", "enter")
    await bench.until(lambda: len(queued()) == 4)
    assert [readable_labels(folder).name for folder in queued()] == ["lr-1", "lr-2", "lr-3", "lr-4"]
    assert "Next run lr" not in bench.text()
    assert [(folder.config().learning_rate, folder.config().seed) for folder in queued()] == [
        (0.001, 1),
        (0.001, 2),
        (0.003, 1),
        (0.003, 2),
    ]
    await bench.until(lambda: started == ["worker"])
    assert not bench.engine.configs, "nothing is trained here"
    await bench.press("s")
    assert not bench.engine.configs, "a list can't be started"


async def test_the_page_lists_reorders_and_cancels(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = three_runs()
    await bench.press("u")
    await bench.until(lambda: "[b]1" in bench.text() or first in bench.text())
    await bench.press("Q")
    await bench.until(lambda: isinstance(bench.screen, QueueScreen) and "seed 3" in bench.text())
    await bench.press("j", "J")
    await bench.until(lambda: read_queue().runs == (first, third, second))
    with monkeypatch.context() as patch:
        patch.setattr(QueueScreen, "_show", lambda *_arguments: None)  # the keys come faster than it is read again
        await bench.press("J", "K", "K")
        await bench.until(lambda: read_queue().runs == (second, first, third))
    await bench.press("J")
    await bench.until(lambda: read_queue().runs == (first, second, third))
    with lock_run(RunFolder(runs_folder() / first)):
        await bench.press("f5")
        await bench.until(lambda: "running" in bench.text())
        await bench.press("K", "K")
        await bench.until(lambda: "is being trained" not in bench.text())
        assert read_queue().runs == (first, second, third), "nothing comes before the run that is trained"
    await bench.press("delete")
    await bench.until(lambda: [trashed.run for trashed in list_trash()] == [second])
    assert read_queue().runs == (first, third)
    RunFolder(runs_folder() / third).events_file.touch()  # it has been trained before
    await bench.press("delete")
    await bench.until(lambda: read_queue().runs == (first,))
    await bench.until(lambda: any("out of the queue" in notice.message for notice in bench.app._notifications))


async def test_the_page_pauses_and_continues(bench: Bench, started: list[str]) -> None:
    three_runs()
    change_queue(lambda queue: queue._replace(is_paused=True))
    started.clear()
    await bench.app.push_screen(QueueScreen())
    await bench.until(lambda: "The queue is paused" in bench.text())
    await bench.press("p")
    await bench.until(lambda: started == ["worker"])
    await bench.until(lambda: "No process works on the queue" in bench.text())
    assert not read_queue().is_paused


@narrow
async def test_an_empty_and_a_damaged_queue_are_explained(bench: Bench) -> None:
    await bench.app.push_screen(QueueScreen())
    await bench.until(lambda: "The queue is empty" in bench.text())
    queue_file().write_text("nonsense")
    await bench.press("f5")
    await bench.until(lambda: "holds no queue" in str(bench.screen.query_one(".page-note", Static).render()))
    await bench.press("q")
    assert not isinstance(bench.screen, QueueScreen)


def test_what_is_offered_at_the_start(home: Path) -> None:
    assert find_offer() is None
    (run, *_others) = three_runs()
    offer = find_offer()
    assert offer is not None
    assert (offer.kind, offer.text) == (OfferKind.QUEUE, "the queue stands still with 3 runs")
    with lock_run(RunFolder(runs_folder() / run)):
        offer = find_offer()
        assert offer is not None
        assert (offer.kind, offer.text) == (OfferKind.WATCH, "[b]1 is being trained")
    change_queue(lambda queue: queue.without(queue.runs))
    offer = find_offer()
    assert offer is not None
    assert (offer.kind, offer.run) != (OfferKind.QUEUE, None)
    assert find_offer(offer.run.run if offer.run else "") is None
