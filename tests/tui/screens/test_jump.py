"""Jump mode: a letter leads to each widget and tab."""

from typing import Any

import tour
from textual.errors import NoWidget
from textual.screen import Screen
from textual.widget import Widget
from workbench import Bench, without_form, without_train_view

from fmnist_tui.tui.screens.choice_dialog import ChoiceDialog
from fmnist_tui.tui.screens.jump import JumpScreen, targets_of
from fmnist_tui.tui.widgets.tab_line import Tab


def is_visible(view: Screen[Any], widget: Widget) -> bool:
    """Return whether the widget's first cell is its own, not that of something above it or outside the screen."""
    try:
        return widget in view.get_widget_at(*widget.region.offset)[0].ancestors_with_self
    except NoWidget:
        return False


async def jump(bench: Bench) -> None:
    await bench.press("ctrl+o")
    await bench.until(lambda: isinstance(bench.screen, JumpScreen))


async def test_every_visible_widget_that_takes_the_focus_has_a_letter_that_leads_to_it(bench: Bench) -> None:
    view = bench.screen
    for size in ((120, 40), (80, 24)):
        await bench.pilot.resize_terminal(*size)
        await bench.rest()
        targets = targets_of(view)
        focusable = {widget for widget in view.focus_chain if is_visible(view, widget)}
        assert {widget for widget, _region in targets.values()} == focusable | set(view.query(Tab)), size
        for letter in [letter for letter, (widget, _region) in targets.items() if widget in focusable][::5]:
            wanted = targets_of(view)[letter][0]
            await jump(bench)
            assert bench.text().count(f" {letter} ") >= 1
            await bench.press(letter)
            assert bench.screen is view
            assert bench.screen.focused is wanted


async def test_it_works_in_a_text_field_and_escape_stays_there(bench: Bench) -> None:
    editor = bench.row("epochs").editor
    editor.focus()
    await jump(bench)
    await bench.press("escape")
    assert bench.screen.focused is editor
    assert bench.row("epochs").editor.value == "5"


async def test_the_letter_of_a_tab_opens_its_view(bench: Bench) -> None:
    bench.row("epochs").editor.focus()
    await jump(bench)
    await bench.press("u")
    await bench.until(lambda: bench.app.current_mode == "runs")
    assert not isinstance(bench.screen, JumpScreen)


@without_train_view
async def test_over_a_dialog_nothing_happens(bench: Bench) -> None:
    await bench.start(1)
    await bench.press("q")
    await bench.until(lambda: isinstance(bench.screen, ChoiceDialog))
    await bench.press("ctrl+o")
    assert isinstance(bench.screen, ChoiceDialog)


@without_form
async def test_letters_that_have_moved_are_taken_away(bench: Bench) -> None:
    await jump(bench)
    await bench.pilot.resize_terminal(80, 24)
    await bench.until(lambda: not isinstance(bench.screen, JumpScreen))


@without_train_view
async def test_every_view_and_page_has_letters(bench: Bench) -> None:
    await tour.prepare(bench)
    for stop in ("runs", "evaluate", "images", "matrix", "classify"):
        await tour.STOPS[stop](bench)
        await bench.rest()
        targets = targets_of(bench.screen).items()
        assert [letter for letter, (widget, _region) in targets if not isinstance(widget, Tab)], stop
        if stop in tour.PAGES:
            await bench.app.pop_screen()
