"""The page of keys: complete, legible, and filtered by typing."""

from textual.binding import Binding
from workbench import Bench, narrow, without_form

from fmnist_tui.keymap.table import actions_of
from fmnist_tui.tui.key_list import KeyRow, key_sections
from fmnist_tui.tui.screens.keys import KeysScreen
from fmnist_tui.tui.screens.view_screen import ViewScreen

pytestmark = without_form


def rows(bench: Bench) -> dict[str, KeyRow]:
    return {row.help: row for found in key_sections(bench.app).values() for row in found}


async def test_every_action_of_a_view_and_of_the_app_is_listed(bench: Bench) -> None:
    for view in ("train", "evaluate", "runs", "images"):
        await bench.app.switch_mode(view)
        await bench.rest()
        listed = rows(bench)
        for action in (*actions_of(view), *actions_of("view"), *actions_of("app")):
            assert action.help in listed, (view, action.id)


async def test_what_does_not_apply_says_when_it_does(bench: Bench) -> None:
    assert rows(bench)["Stop and save a checkpoint"].when == "while a run is active"
    await bench.start(1)
    stop = rows(bench)["Stop and save a checkpoint"]
    assert stop.applies
    assert stop.when == ""


@narrow
async def test_keys_are_apart_and_explanations_are_wrapped_beside_them(bench: Bench) -> None:
    await bench.press("question_mark")
    lines = [line.partition("│")[2].rpartition("│")[0].rstrip() for line in bench.text().splitlines()]
    start = next(place for place, line in enumerate(lines) if "s, ctrl+s" in line)
    assert lines[start].split() == ["s,", "ctrl+s", "Start", "Train", "with", "the", "values", "in", "the", "form"]
    wrapped = next(place for place, line in enumerate(lines) if "r " in line and "Resume" in line) + 1
    column = lines[wrapped - 1].index("Resume the run")
    assert lines[wrapped][:column].strip() == ""
    assert lines[wrapped][column] != " "


@narrow
async def test_slash_filters_by_words_and_by_keys_and_escape_shows_all_again(bench: Bench) -> None:
    await bench.press("question_mark", "slash", *"resu")
    assert "Resume" in bench.text()
    assert "Stop" not in bench.text().replace("a run was stopped", "")
    await bench.press(*["backspace"] * 4, *"y")
    assert "Copy the equivalent command" in bench.text()
    assert "Train with the values" not in bench.text()
    await bench.press(*"yyy")
    assert "No key does 'yyyy'." in bench.text()
    await bench.press("escape")
    assert "s, ctrl+s" in bench.text()
    await bench.press("escape")
    assert not isinstance(bench.screen, KeysScreen)


@narrow
async def test_the_list_scrolls_by_letters(bench: Bench) -> None:
    await bench.press("question_mark")
    before = bench.text()
    await bench.press("j", "j")
    assert bench.text() != before
    await bench.press("G")
    assert "Quit; ask first if a run is active" in bench.text()
    await bench.press("g", "g")
    assert bench.text() == before


class PluginScreen(ViewScreen):
    VIEW = "plugin"
    BINDINGS = [Binding("z", "bell", "Ring", tooltip="Ring the bell"), ("Z", "app.bell", "Ring again")]  # noqa: RUF012

    def compose_view(self) -> list[object]:  # type: ignore[override]
        return []


async def test_plain_bindings_of_a_plugins_view_are_listed_and_textuals_own_are_not(bench: Bench) -> None:
    await bench.app.push_screen(PluginScreen())
    await bench.rest()
    found = key_sections(bench.app)["On this page"]
    assert [(row.keys, row.label) for row in found if "Ring" in row.label] == [(("z",), "Ring"), (("Z",), "Ring again")]
    assert not any("shift+tab" in row.keys for rows in key_sections(bench.app).values() for row in rows)
