"""Navigation: tabs, help, the engine's loading, the first frame."""

import gc
import re
import subprocess
import sys
import weakref
from pathlib import Path

import a_run
import pytest
import tour
from scripted_engine import ScriptedEngine
from textual.color import Color
from textual.widgets._footer import FooterKey
from workbench import Bench, narrow, without_form, without_train_view

from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState, StateChanged
from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.themes import LIGHT
from fmnist_tui.tui.widgets.key_footer import KeyFooter
from fmnist_tui.tui.widgets.tab_line import TabLine

pytestmark = without_form


@without_train_view
async def test_letters_open_the_views(bench: Bench) -> None:
    for key, view in (("v", "evaluate"), ("u", "runs"), ("t", "train")):
        await bench.press(key)
        assert bench.app.current_mode == view


@without_train_view
async def test_tabs_can_be_clicked(bench: Bench) -> None:
    await bench.pilot.click("#tab-runs")
    await bench.rest()
    assert bench.app.current_mode == "runs"


@without_train_view
async def test_the_loading_of_the_engine_is_shown_until_it_is_loaded() -> None:
    engine = ScriptedEngine()
    app = FmnistApp(engine)
    async with app.run_test() as pilot:
        bench = Bench(app, engine, pilot)
        await bench.rest()
        assert "loading engine…" in bench.text()
        engine.finish_loading()
        await bench.rest()
        assert "torch 9.9.9 · cpu · 2 threads" in bench.text()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (UserError("torch is [b]broken", "Reinstall it"), "torch is [b]broken. Reinstall it."),
        (ImportError("libtorch.so: \x1b[31mno"), "ImportError: libtorch.so: [31mno"),
    ],
)
@without_train_view
async def test_an_engine_that_fails_to_load_is_reported(error: Exception, words: str) -> None:
    engine = ScriptedEngine()
    app = FmnistApp(engine)
    async with app.run_test(size=(120, 40)) as pilot:
        bench = Bench(app, engine, pilot)
        engine.loading.set_exception(error)
        await bench.until(lambda: "no engine" in bench.text())
        await bench.until(lambda: any(words in note.message for note in app._notifications))
        assert app.is_running


def test_what_is_imported_before_the_first_frame_has_no_torch_and_no_plots() -> None:
    code = "import sys, fmnist_tui.tui.main; print([m for m in ('torch', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_an_installed_package_adds_a_view_with_its_key_and_tab(tmp_path: Path) -> None:
    (tmp_path / "added.py").write_text(
        "from fmnist_tui.tui.screens.runs import RunsScreen\n"
        "from fmnist_tui.tui.views.view import View\n"
        "class Added(RunsScreen):\n    VIEW = 'added'\n"
        "VIEW = View('added', 'g', 'Added', 'Open the added view', 9, lambda context: Added())\n"
    )
    (tmp_path / "added-1.dist-info").mkdir()
    (tmp_path / "added-1.dist-info" / "METADATA").write_text("Name: added\nVersion: 1\n")
    (tmp_path / "added-1.dist-info" / "entry_points.txt").write_text("[fmnist_tui.tui.views]\nadded = added\n")
    code = (
        "import asyncio, sys\n"
        "sys.path[:0] = sys.argv[1:]\n"
        "from scripted_engine import ScriptedEngine\n"
        "from fmnist_tui.tui.app import FmnistApp\n"
        "async def main():\n"
        "    async with (app := FmnistApp(ScriptedEngine())).run_test() as pilot:\n"
        "        while not app.screen.query('#tab-added'):\n"
        "            await pilot.pause(0.02)\n"
        "        await pilot.press('g')\n"
        "        while app.current_mode != 'added':\n"
        "            await pilot.pause(0.02)\n"
        "        print(app.screen.query_one('#runs'))\n"
        "asyncio.run(main())"
    )
    tests = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), tests], capture_output=True, text=True, check=True, timeout=60
    )
    assert "VirtualTable" in done.stdout


def test_no_module_of_the_interface_imports_torch() -> None:
    code = (
        "import sys, pkgutil, importlib, fmnist_tui.tui as room\n"
        "names = [m.name for m in pkgutil.walk_packages(room.__path__, 'fmnist_tui.tui.') if 'compute' not in m.name]\n"
        "[importlib.import_module(name) for name in names]\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


@narrow
async def test_help_and_quit_are_in_the_footer_of_every_view_and_state(bench: Bench) -> None:
    async def footer_ends(*keys: str) -> None:
        for width in (60, 80):
            await bench.pilot.resize_terminal(width, 24)
            ends = tuple(space.join(keys) for space in (" ", "  "))
            await bench.until(lambda ends=ends: bench.text().splitlines()[-1].rstrip().endswith(ends))  # type: ignore[misc]

    await tour.prepare(bench)
    for stop in ("live", "form", "evaluate", "runs", "images"):
        await tour.STOPS[stop](bench)
        await footer_ends("? Help", "q Quit")
    await tour.STOPS["live"](bench)
    for event in (StateChanged(state=RunState.PAUSED), a_run.ended(RunState.STOPPED, "as asked")):
        bench.engine.emit(event)
        await bench.rest()
        await footer_ends("? Help", "q Quit")
    for stop in ("matrix", "learning", "classify"):
        await tour.STOPS[stop](bench)
        await footer_ends("esc Back", "? Help")


async def test_all_keys_are_shown_again_when_there_is_room(bench: Bench) -> None:
    def footer() -> str:
        return bench.text().splitlines()[-1]

    await bench.start(1)
    await bench.until(lambda: "y Copy" in footer())
    await bench.pilot.resize_terminal(60, 24)
    await bench.until(lambda: "y Copy" not in footer() and re.search(r"\+\d+ more +\? Help", footer()) is not None)
    await bench.pilot.resize_terminal(120, 40)
    await bench.until(lambda: "y Copy" in footer())


async def test_keys_that_the_footer_no_longer_shows_are_freed(bench: Bench) -> None:
    footer = bench.screen.query_one(KeyFooter)
    before = [weakref.ref(key) for key in footer.query(FooterKey)]
    assert before
    await bench.start(1)
    await bench.until(lambda: "p Pause" in bench.text())
    del footer
    await bench.until(lambda: gc.collect() >= 0 and not any(key() for key in before))


async def test_unchanged_keys_are_not_recreated(bench: Bench) -> None:
    footer = bench.screen.query_one(KeyFooter)
    before = list(footer.query(FooterKey))
    bench.screen.refresh_bindings()
    await bench.rest()
    assert list(footer.query(FooterKey)) == before


async def save_screenshot(bench: Bench) -> None:
    await bench.press("ctrl+p", *"screenshot")
    await bench.until(lambda: "SVG" in bench.text())
    await bench.press("enter")


async def test_a_screenshot_is_saved_in_the_current_folder(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "without downloads"))
    folder = tmp_path / "a [b]folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    await save_screenshot(bench)
    await bench.until(lambda: any("Screenshot saved" in note.title for note in bench.app._notifications))
    (note,) = bench.app._notifications
    assert Path(note.message).parent == folder
    assert "<svg" in Path(note.message).read_text(encoding="utf-8")


async def test_a_screenshot_that_cannot_be_saved_is_reported_with_the_reason(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "removed"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("FMNIST_TUI_HOME", str(folder / "home"))
    folder.rmdir()
    await save_screenshot(bench)
    await bench.until(lambda: any("No such file or directory" in note.message for note in bench.app._notifications))
    assert bench.app.is_running


async def test_a_theme_that_was_chosen_in_one_view_is_that_of_the_others(bench: Bench) -> None:
    """Views are not styled again whenever they are opened, which would take as long as all the rest."""
    await bench.press("u", "v", "u")
    bench.app.theme = LIGHT.name
    for key in "tvu":
        await bench.press(key)
        assert bench.screen.styles.background == Color.parse(LIGHT.background)
        assert bench.screen.query_one(TabLine).styles.background == Color.parse(LIGHT.panel)
