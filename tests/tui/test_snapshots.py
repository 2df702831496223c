"""The text of every screen at each size, compared with a stored one.

After a change that is meant: `pytest tests/tui/test_snapshots.py --update-snapshots`, and read the diff.
"""

import difflib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import tour
from scripted_engine import ScriptedEngine
from test_colors import illegible
from textual.theme import Theme
from workbench import Bench

from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.themes import DARK, LIGHT

pytestmark = pytest.mark.drawn

FOLDER = Path(__file__).parent / "snapshots"

KINDS = {"80x24": (80, 24), "120x40": (120, 40), "narrow": (60, 20), "ascii": (80, 24)}
"""The sizes; "ascii" is that of a terminal without Unicode."""

OFTEN = ("80x24", "narrow")
"""The kinds that are compared by every run of the tests; the others by `--exhaustive`."""

THEMES = {"80x24": (LIGHT, DARK), "120x40": (LIGHT, DARK), "narrow": (DARK,), "ascii": (LIGHT,)}
"""The themes that the screens of each size are drawn in."""


@pytest.fixture(autouse=True)
def _in_one_time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.delenv("TZ")
    time.tzset()


def stored_in(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


async def shown_in(bench: Bench, themes: tuple[Theme, ...], stored: str) -> str:
    """Return the text of the screen, without the spaces at the ends of lines, and check its colors in each theme.

    What other threads read, a layout and new colors may come late on a busy machine: they are waited for.
    """
    text = ""
    for theme in sorted(themes, key=lambda theme: theme.name != bench.app.theme):  # the current one first
        bench.app.theme = theme.name
        for _attempt in range(25):
            await bench.rest()
            text = "\n".join(line.rstrip() for line in bench.text().splitlines()) + "\n"
            if text == stored and not illegible(bench):
                break
        assert not illegible(bench), theme.name
        if text != stored:
            break
    return text


def difference(file: Path, shown: str) -> str:
    """Return what differs from the stored screen, line by line."""
    names = str(file.relative_to(FOLDER)), "shown"
    return "\n".join(difflib.unified_diff(stored_in(file).splitlines(), shown.splitlines(), *names, lineterm=""))


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=() if kind in OFTEN else pytest.mark.exhaustive) for kind in KINDS],
)
async def test_every_screen_is_as_its_snapshot_in_each_theme(
    kind: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("FMNIST_TUI_ASCII", "1" if kind == "ascii" else "0")
    engine = ScriptedEngine()
    app = FmnistApp(engine)
    screens = {}
    async with app.run_test(size=KINDS[kind]) as pilot:
        bench = Bench(app, engine, pilot)
        engine.finish_loading()
        await bench.until(lambda: bool(bench.screen.query("LogView")))
        await tour.prepare(bench)
        for name, stop in tour.STOPS.items():
            app.clear_notifications()
            await stop(bench)
            file = FOLDER / name / f"{kind}.txt"
            screens[file] = await shown_in(bench, THEMES[kind], stored_in(file))
            while len(app.screen_stack) > 1:
                app.pop_screen()
    if request.config.getoption("update_snapshots"):
        for file, shown in screens.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(shown, encoding="utf-8")
    differences = "\n".join(filter(None, (difference(file, shown) for file, shown in screens.items())))
    assert not differences, f"run pytest --update-snapshots if this is meant:\n{differences}"


def test_every_snapshot_is_of_a_screen_that_exists() -> None:
    stored = {(file.parent.name, file.stem) for file in FOLDER.rglob("*.txt")}
    assert not stored - {(stop, kind) for stop in tour.STOPS for kind in KINDS}
