"""Every view that reads runs, on a home of damaged and malicious files: it stays up, and shows nothing raw."""

from collections.abc import AsyncIterator

import pytest
from hostile_home import HostileHome, build_hostile_home
from scripted_engine import ScriptedEngine
from workbench import Bench, without_train_view

from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.screens.evaluate import EvaluateScreen
from fmnist_tui.tui.screens.learning import LearningScreen
from fmnist_tui.tui.screens.runs import RunsScreen
from fmnist_tui.tui.widgets.virtual_table import VirtualTable

pytestmark = [pytest.mark.drawn, without_train_view]

SHARE = 3
"""One run in many is opened: each view takes long to draw them all, and the commands' test reads every file."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> HostileHome:
    return build_hostile_home(tmp_path_factory.mktemp("hostile") / "home")


@pytest.fixture
async def visitor(hostile: HostileHome, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setenv("FMNIST_TUI_HOME", str(hostile.home))
    (hostile.home / "interface.json").write_text('{"tour_seen": true}')  # not the last view of another test
    engine = ScriptedEngine()
    app = FmnistApp(engine)
    async with app.run_test(size=(80, 24)) as pilot:
        found = Bench(app, engine, pilot)
        engine.finish_loading()
        await found.until(lambda: app.engine_status.startswith("torch"))
        yield found
        assert app.failure is None


def runs_with(hostile: HostileHome, *files: str) -> list[str]:
    """Return a sample of the runs with a damaged file or a hostile name."""
    bad = [name for name, file in hostile.one_of_each.items() if not file or file.startswith(files)]
    return [hostile.healthy[0], *bad[::SHARE]]


async def show(bench: Bench, key: str) -> None:
    """Move the cursor of the view's list to a row, and check all that is drawn."""
    table = bench.screen.query_one(VirtualTable)
    table.choose(key)
    await bench.until(lambda: table.chosen == key)
    await bench.rest()
    assert_legible(bench)


def assert_legible(bench: Bench) -> None:
    raw = [line for line in bench.text().splitlines() if not line.isprintable()]
    assert not raw, ascii(raw)


async def open_runs(bench: Bench, hostile: HostileHome) -> RunsScreen:
    await bench.press("u")
    screen = bench.screen
    assert isinstance(screen, RunsScreen)
    table = screen.query_one(VirtualTable)
    await bench.until(lambda: set(hostile.healthy) <= set(table._positions))
    return screen


async def test_runs_shows_every_run(visitor: Bench, hostile: HostileHome) -> None:
    screen = await open_runs(visitor, hostile)
    for name in runs_with(hostile, "config.json", "events.jsonl"):
        if name in {run.run for run in screen._list.runs}:
            await show(visitor, name)


@pytest.mark.exhaustive
async def test_learning_shows_or_refuses_every_record(visitor: Bench, hostile: HostileHome) -> None:
    screen = await open_runs(visitor, hostile)
    for name in runs_with(hostile, "probes"):
        if name in {run.run for run in screen._list.runs}:
            await show(visitor, name)
            await visitor.press("L")
            assert isinstance(visitor.screen, LearningScreen)
            assert_legible(visitor)
            await visitor.press("left", "end", "escape")
            assert visitor.screen is screen


@pytest.mark.exhaustive
async def test_evaluate_shows_every_checkpoint_and_its_pages(visitor: Bench, hostile: HostileHome) -> None:
    await visitor.press("v")
    screen = visitor.screen
    assert isinstance(screen, EvaluateScreen)
    await visitor.until(lambda: all(f"{name}/best" in screen._list.entries for name in hostile.healthy))
    for name in runs_with(hostile, "checkpoints/best", "evaluations/validation"):
        if f"{name}/best" in screen._list.entries:
            await show(visitor, f"{name}/best")
            await visitor.press("R")  # the calibration page, if the predictions can be read; else a note
            assert_legible(visitor)
            if visitor.screen is not screen:
                await visitor.press("escape")
