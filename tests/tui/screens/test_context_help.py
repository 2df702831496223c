"""Help on what has the focus."""

import pytest
import tour
from textual.containers import VerticalScroll
from workbench import Bench, narrow, without_train_view

from fmnist_tui.config import specs_for
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.tui.config_draft import Draft
from fmnist_tui.tui.screens.context_help import ContextHelpScreen, field_sections, topic_of


async def test_a_field_is_explained_with_its_values_and_risks(bench: Bench) -> None:
    bench.row("learning_rate").editor.focus()
    await bench.press("f1")
    assert isinstance(bench.screen, ContextHelpScreen)
    text = " ".join(bench.text().replace("│", " ").split())
    for part in (
        "now 0.025",
        "a number above 0 to 10",
        "fast 0.025 · accurate 0.01 · classic 0.0001",
        "too low The loss falls slowly",
        "too high The loss oscillates, jumps or becomes nan (divergence).",
        "--learning-rate",
        "Go to the next field",
    ):
        assert part in text


async def test_it_is_closed_with_the_focus_where_it_was(bench: Bench) -> None:
    editor = bench.row("epochs").editor
    editor.focus()
    for key in ("escape", "q", "f1"):
        await bench.press("f1")
        assert isinstance(bench.screen, ContextHelpScreen)
        await bench.press(key)
        assert bench.screen.focused is editor, key


async def test_letters_are_no_keys_of_a_text_field(bench: Bench) -> None:
    bench.row("epochs").editor.focus()
    await bench.rest()
    keys = [keys for keys, _text in topic_of(bench.screen).sections["Keys"]]
    assert any("↑" in key for key in keys)
    assert not {"j", "k", "G"} & {key for line in keys for key in line.split()}
    bench.row("optimizer").editor.focus()
    await bench.rest()
    assert "j" in " ".join(keys for keys, _text in topic_of(bench.screen).sections["Keys"]).split()


async def test_the_preset_is_explained_by_those_of_the_model(bench: Bench) -> None:
    bench.choice("#preset").focus()
    await bench.press("f1")
    assert "the highest found" in bench.text()
    assert "Go to the field below" in bench.text()


@without_train_view
async def test_over_a_dialog_nothing_happens(bench: Bench) -> None:
    await bench.press("question_mark")
    dialog = bench.screen
    await bench.press("f1")
    assert bench.screen is dialog


@pytest.mark.parametrize("model", ARCHITECTURES)
def test_every_field_of_every_model_has_a_page(model: str) -> None:
    draft = Draft.of_preset("fast", model)
    for spec in specs_for(model):
        sections = field_sections(spec, draft)
        assert dict(sections["Values"])["valid"]
        assert all(text.strip() not in ("", ".") for lines in sections.values() for _label, text in lines)


@pytest.mark.exhaustive
async def test_every_widget_of_every_screen_that_takes_the_focus_is_explained(bench: Bench) -> None:
    await tour.prepare(bench)
    unexplained = []
    for stop in ("form", "live", "evaluate", "runs", "images", *tour.PAGES):
        await tour.STOPS[stop](bench)
        await bench.rest()
        for widget in () if bench.screen.is_modal else bench.screen.focus_chain:
            bench.screen.set_focus(widget)
            if not topic_of(bench.screen).text:
                unexplained.append((stop, widget))
        if stop in tour.PAGES:
            await bench.app.pop_screen()
    assert not unexplained


@narrow
async def test_all_of_it_can_be_scrolled_to_in_a_small_terminal(bench: Bench) -> None:
    bench.row("weight_decay").editor.focus()
    await bench.press("f1")
    assert "How to choose it" in bench.text()
    await bench.press("end")
    await bench.until(lambda: "Go back to the models" in bench.text())
    assert bench.screen.query_one(VerticalScroll).max_scroll_y > 0
