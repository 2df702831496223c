"""The user's keymap in the interface, and the keys that Textual has no bindings for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from scripted_engine import ScriptedEngine
from textual.widgets import Input
from workbench import Bench, with_form, without_form

from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.key_list import key_sections
from fmnist_tui.tui.widgets.model_list import ModelList

pytestmark = without_form


@pytest.fixture
async def rebound(request: pytest.FixtureRequest, home: Path) -> AsyncIterator[Bench]:
    """Yield an app with a keymap."""
    home.mkdir(exist_ok=True)
    (home / "keymap.toml").write_text(request.param)
    engine = ScriptedEngine()
    app = FmnistApp(engine)
    async with app.run_test(size=(120, 40)) as pilot:
        found = Bench(app, engine, pilot)
        await found.until(lambda: bool(found.screen.query("LogView")))
        yield found


with_keymap = pytest.mark.parametrize(
    "rebound", ['"train.start" = "z"\n"view.runs" = "U"\n"app.quitt" = "x"'], indirect=True
)


@with_keymap
async def test_an_action_runs_on_the_users_key_and_no_longer_on_its_own(rebound: Bench) -> None:
    await rebound.press("s")
    assert rebound.engine.configs == []
    await rebound.press("z")
    assert len(rebound.engine.configs) == 1
    await rebound.press("u")
    assert rebound.app.current_mode == "train"
    await rebound.press("U")
    assert rebound.app.current_mode == "runs"


@with_keymap
async def test_the_footer_shows_the_users_key_and_a_line_that_cannot_be_used_is_reported(rebound: Bench) -> None:
    assert "z Start" in rebound.text()
    await rebound.until(lambda: any("Did you mean app.quit?" in note.message for note in rebound.app._notifications))


@with_keymap
async def test_the_page_of_keys_lists_a_users_key_once(rebound: Bench) -> None:
    (start,) = [row for row in key_sections(rebound.app)["In this view"] if row.label == "Start"]
    assert start.keys == ("z",)


def highlighted(bench: Bench) -> int | None:
    return bench.train.query_one(ModelList).highlighted


async def test_g_g_moves_to_the_first_and_a_key_between_cancels_it(bench: Bench) -> None:
    await bench.press("G")
    last = highlighted(bench)
    assert last
    await bench.press("g", "k", "g")
    assert highlighted(bench) == last - 1
    await bench.press("g")
    assert highlighted(bench) == 0


@with_form
async def test_g_is_text_in_a_field(bench: Bench) -> None:
    await bench.type_into("epochs", "gg")
    field = bench.row("epochs").editor
    assert isinstance(field, Input)
    assert field.value.endswith("gg")
