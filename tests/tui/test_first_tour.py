"""The tour at the first start."""

from pathlib import Path

import pytest
from scripted_engine import ScriptedEngine
from textual.geometry import Region, Size
from textual.pilot import Pilot
from textual.widgets._footer import FooterKey
from workbench import Bench, narrow, with_form, without_form

from fmnist_tui.tui.app import FmnistApp
from fmnist_tui.tui.preferences import stored_preferences
from fmnist_tui.tui.tour import STEPS, TourPanel, beside

pytestmark = without_form


@pytest.fixture(autouse=True)
def _first_start(_tour_is_seen: None, home: Path) -> None:
    (home / "interface.json").unlink()


def panel(bench: Bench) -> TourPanel | None:
    return next(iter(bench.screen.query(TourPanel)), None)


async def open_tour(bench: Bench) -> None:
    """Show the tour from its first step."""
    if panel(bench) is not None:
        await bench.press("escape")
    await bench.app.run_action("tour")
    await bench.rest()
    assert panel(bench) is not None


async def _until_form(app: FmnistApp, pilot: Pilot[None]) -> None:
    while not app.screen.query("LogView"):
        await pilot.pause(0.02)
    await pilot.pause(0.1)


async def test_the_first_start_shows_it_and_the_second_does_not() -> None:
    app = FmnistApp(ScriptedEngine())
    async with app.run_test(size=(120, 40)) as pilot:
        await _until_form(app, pilot)
        assert app.screen.query(TourPanel)
        assert app.focused is app.screen.query_one("#models")
        await pilot.press("escape")
        await pilot.pause()
        assert not app.screen.query(TourPanel)
        app.preferences.save()
    assert stored_preferences().tour_seen
    again = FmnistApp(ScriptedEngine())
    async with again.run_test(size=(120, 40)) as pilot:
        await _until_form(again, pilot)
        assert not again.screen.query(TourPanel)


@with_form
async def test_every_step_is_beside_what_it_is_about_and_within_the_screen(bench: Bench) -> None:
    for size in ((80, 24), (120, 40), (200, 50)):
        await bench.pilot.resize_terminal(*size)
        await open_tour(bench)
        for number, step in enumerate(STEPS, 1):
            shown = panel(bench)
            assert shown is not None
            assert f"{step.title} · {number} of {len(STEPS)}" in bench.text()
            target = bench.screen.query_one(step.target)
            assert target.has_class("-tour-target")
            assert not shown.region.overlaps(target.region), (size, step.title)
            assert bench.screen.region.contains_region(shown.region), (size, step.title)
            assert step.text.split()[-1] in bench.text()
            await bench.press("enter")
        assert panel(bench) is None
    assert not bench.screen.query(".-tour-target")
    assert bench.app.preferences.tour_seen
    assert bench.app.current_mode == "train"


async def test_any_other_key_ends_it_and_does_what_it_always_does(bench: Bench) -> None:
    await open_tour(bench)
    await bench.press("up")
    assert panel(bench) is None
    assert bench.train.form.draft.model == "mlp"
    await open_tour(bench)
    await bench.press("u")
    assert bench.app.current_mode == "runs"
    assert bench.app.preferences.tour_seen


async def test_the_mouse_goes_through_it_and_a_run_that_is_started_by_mouse_ends_it(bench: Bench) -> None:
    await open_tour(bench)
    await bench.pilot.click(TourPanel)
    await bench.rest()
    assert f"· 2 of {len(STEPS)}" in bench.text()
    await bench.pilot.click(next(key for key in bench.screen.query(FooterKey) if key.description == "Start"))
    await bench.rest()
    assert bench.train.page == "live"
    assert panel(bench) is None
    assert bench.app.preferences.tour_seen


async def test_the_palette_shows_it_again_from_any_view(bench: Bench) -> None:
    await bench.press("escape", "u", "ctrl+p", *"tour")
    await bench.until(lambda: "Show the tour" in bench.text())
    await bench.press("enter")
    await bench.until(lambda: panel(bench) is not None)
    assert bench.app.current_mode == "train"


async def test_a_user_who_types_before_it_is_ready_is_left_alone() -> None:
    app = FmnistApp(ScriptedEngine())
    async with app.run_test(size=(120, 40)) as pilot:
        app.input_at = 0.0  # a key was pressed
        await _until_form(app, pilot)
        assert not app.screen.query(TourPanel)
        assert not app.preferences.tour_seen


@narrow
async def test_it_follows_the_size_of_the_terminal(bench: Bench) -> None:
    await open_tour(bench)
    await bench.press("enter", "enter")
    await bench.pilot.resize_terminal(120, 40)

    def is_beside() -> bool:
        shown = panel(bench)
        return shown is not None and shown.region.bottom == bench.screen.query_one("KeyFooter").region.y

    await bench.until(is_beside)


@pytest.mark.parametrize(
    "target", [Region(0, 0, 80, 1), Region(0, 23, 80, 1), Region(0, 0, 30, 24), Region(50, 0, 30, 24)]
)
def test_a_panel_stands_below_above_right_or_left_of_its_target(target: Region) -> None:
    place = Region.from_offset(beside(target, Size(40, 6), Size(80, 24)), Size(40, 6))
    assert not place.overlaps(target)
    assert Region(0, 0, 80, 24).contains_region(place)


def test_a_panel_without_room_beside_its_target_is_within_the_screen() -> None:
    place = Region.from_offset(beside(Region(0, 0, 80, 24), Size(40, 6), Size(80, 24)), Size(40, 6))
    assert Region(0, 0, 80, 24).contains_region(place)
