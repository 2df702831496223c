"""Maximizing panels."""

import tour
from textual.widget import Widget
from workbench import Bench, narrow, without_form, without_train_view

from fmnist_tui.tui.widgets.config_form import ConfigForm
from fmnist_tui.tui.widgets.curve_plot import CurvePlot
from fmnist_tui.tui.widgets.log_view import LogView
from fmnist_tui.tui.widgets.model_list import ModelList
from fmnist_tui.tui.widgets.virtual_table import VirtualTable

pytestmark = without_form


async def test_the_panel_around_the_focus_has_the_accent(bench: Bench) -> None:
    form, models = bench.train.form, bench.train.query_one(ModelList)
    colors = set()
    for panel, other, inside in ((form, models, bench.choice("#preset")), (models, form, models)):
        bench.train.set_focus(inside)
        await bench.rest()
        colors.add((panel.styles.border_title_color, other.styles.border_title_color))
    ((accent, muted),) = colors
    assert accent != muted
    bench.train.set_focus(None)
    await bench.rest()
    assert {panel.styles.border_title_color for panel in (form, models)} == {muted}


async def test_the_panel_around_the_focus_is_maximized_and_restored(bench: Bench) -> None:
    bench.train.set_focus(bench.choice("#preset"))
    for key in ("m", "escape"):
        await bench.press("m")
        assert isinstance(bench.screen.maximized, ConfigForm)
        await bench.until(lambda: bench.train.form.region.width == 120 and bench.train.form.region.height == 39)
        assert "Quit" in bench.text()
        assert "m Restore" in bench.text()
        await bench.press("right")
        assert bench.screen.maximized is not None
        await bench.press(key)
        assert bench.screen.maximized is None
        assert bench.screen.focused is bench.choice("#preset")
        await bench.until(lambda: bench.train.form.region.width < 120 and "Restore" not in bench.text())


async def test_without_a_panel_around_the_focus_the_largest_is_maximized_and_no_key_goes_to_what_is_hidden(
    bench: Bench,
) -> None:
    await bench.start(1)
    await bench.press("f", "f")
    bench.train.set_focus(bench.train.query_one(ModelList))
    largest = max((panel for panel in bench.train.query(".panel") if panel.display), key=lambda w: w.region.area)
    await bench.press("m")
    assert bench.screen.maximized is largest
    assert bench.screen.focused is None or largest in bench.screen.focused.ancestors_with_self
    await bench.press("m")
    assert isinstance(bench.screen.focused, ModelList)


@narrow
async def test_a_maximized_panel_that_is_hidden_is_restored(bench: Bench) -> None:
    bench.train.set_focus(bench.choice("#preset"))
    await bench.press("m")
    assert bench.screen.maximized is bench.train.form
    await bench.start(1)
    await bench.until(lambda: bench.screen.maximized is None and "train, now" in bench.text())


@narrow
async def test_hidden_panels_are_not_maximized(bench: Bench) -> None:
    await bench.start(1, 2)
    bench.train.set_focus(None)
    await bench.press("m")
    await bench.until(lambda: isinstance(bench.screen.maximized, CurvePlot | LogView))
    assert bench.screen.maximized is not None
    await bench.until(lambda: bench.screen.maximized is not None and bench.screen.maximized.region.width == 80)


async def test_a_focus_outside_the_maximized_panel_restores_it(bench: Bench) -> None:
    await bench.start(1)
    for log in bench.train.query(LogView):
        bench.train.set_focus(log)
    await bench.press("m")
    assert isinstance(bench.screen.maximized, LogView)
    bench.train.set_focus(bench.choice("#preset"))
    await bench.until(lambda: bench.screen.maximized is None)
    assert bench.screen.focused is bench.choice("#preset")


def _covers_the_screen(panel: Widget | None) -> bool:
    return panel is not None and panel.region.width >= 118 and panel.region.height >= 38


@without_train_view
async def test_every_view_and_page_has_a_panel(bench: Bench) -> None:
    await tour.prepare(bench)
    for stop in ("runs", "images", "matrix", "learning", "gallery"):
        await tour.STOPS[stop](bench)
        await bench.rest()
        await bench.press("m")
        assert bench.screen.maximized is not None, stop
        await bench.until(lambda: _covers_the_screen(bench.screen.maximized))
        await bench.press("escape")
        assert bench.screen.maximized is None
        if stop in tour.PAGES:
            await bench.app.pop_screen()


@without_train_view
async def test_a_maximized_table_is_filled_to_the_bottom(bench: Bench) -> None:
    await bench.press("u")
    table = bench.screen.query_one("#runs", VirtualTable)
    bench.screen.set_focus(table)
    await bench.press("m")
    await bench.until(lambda: bench.screen.maximized is table and table.region.height == 39)
