"""The table of the Runs and the Evaluate view."""

from collections.abc import AsyncIterator, Sequence

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from fmnist_tui.tui.widgets.virtual_table import Column, Line, VirtualTable

COLUMNS: Sequence[Column] = (("name", False), ("figure", True))


class ListApp(App[None]):
    """An app with a table of 20 visible rows that records the table's messages."""

    def __init__(self) -> None:
        super().__init__()
        self.table = VirtualTable()
        self.messages: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_virtual_table_highlighted(self) -> None:
        self.messages.append(f"highlighted {self.table.chosen}")

    def on_virtual_table_selected(self) -> None:
        self.messages.append(f"selected {self.table.chosen}")

    def screen_lines(self) -> list[str]:
        strips = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def lines(count: int) -> list[Line]:
    return [(f"key-{number}", (f"run {number}", str(number * 10))) for number in range(count)]


@pytest.fixture
async def pilot() -> AsyncIterator[Pilot[None]]:
    app = ListApp()
    app.table.styles.height = 21
    async with app.run_test(size=(30, 21)) as pilot:
        app.table.show(COLUMNS, lines(10_000))
        app.table.focus()
        await pilot.pause()
        yield pilot


@pytest.fixture
def app(pilot: Pilot[None]) -> ListApp:
    assert isinstance(pilot.app, ListApp)
    return pilot.app


async def test_headings_and_rows_are_aligned_in_columns(app: ListApp) -> None:
    shown = app.screen_lines()
    assert shown[0].startswith("name     figure")
    assert shown[1].startswith("run 0         0")
    assert shown[20].startswith("run 19      190")


@pytest.mark.drawn
async def test_only_what_is_on_the_screen_is_drawn(app: ListApp, pilot: Pilot[None]) -> None:
    class Cells(tuple[str, ...]):
        drawn = 0

        def __getitem__(self, index):  # type: ignore[no-untyped-def]
            Cells.drawn += 1
            return super().__getitem__(index)

    app.table.show(COLUMNS, [(key, Cells(cells)) for key, cells in lines(10_000)])
    measured = Cells.drawn
    await pilot.pause()
    assert 40 <= Cells.drawn - measured <= 200, "two cells a line"


MOVES = (
    (["down"], 1),
    (["up", "down", "down", "up"], 1),
    (["up", "up"], 0),
    (["end"], 9999),
    (["down"], 9999),
    (["pageup"], 9980),
    (["home"], 0),
    (["pagedown"], 19),
)
"""Keys, each after those of the lines above, and the line that they lead to."""


async def test_keys_move_the_cursor_and_it_stays_visible(app: ListApp, pilot: Pilot[None]) -> None:
    for keys, line in MOVES:
        await pilot.press(*keys)
        await pilot.pause()
        assert app.table.chosen == f"key-{line}", keys
        assert any(shown.split("  ")[0] == f"run {line}" for shown in app.screen_lines()[1:]), keys
        assert app.screen_lines()[0].startswith("name")


async def test_moving_the_cursor_and_selecting_post_messages(app: ListApp, pilot: Pilot[None]) -> None:
    await pilot.press("down", "enter")
    assert app.messages == ["highlighted key-1", "selected key-1"]


async def test_a_click_highlights_and_a_second_one_selects(app: ListApp, pilot: Pilot[None]) -> None:
    await pilot.press("end")
    app.messages.clear()
    await pilot.click(VirtualTable, offset=(3, 5))
    await pilot.click(VirtualTable, offset=(3, 5))
    await pilot.click(VirtualTable, offset=(3, 0))  # the headings are no line
    assert app.messages == ["highlighted key-9984", "selected key-9984"]


async def test_a_click_in_a_framed_table_highlights_the_line_under_the_mouse(app: ListApp, pilot: Pilot[None]) -> None:
    app.table.styles.border = ("round", "white")
    await pilot.pause()
    await pilot.click(VirtualTable, offset=(3, 5))  # the frame, the headings, then lines 0 to 3
    assert app.table.chosen == "key-3"
    app.messages.clear()
    await pilot.click(VirtualTable, offset=(3, 0))
    await pilot.click(VirtualTable, offset=(3, 1))
    assert app.messages == []


async def test_the_cursor_follows_its_row(app: ListApp, pilot: Pilot[None]) -> None:
    await pilot.press("down", "down")
    app.messages.clear()
    app.table.show(COLUMNS, [("new", ("new", "1")), *lines(50)])
    await pilot.pause()
    assert app.table.chosen == "key-2"
    app.table.show(COLUMNS, lines(2))
    await pilot.pause()
    assert app.table.chosen == "key-1"
    assert not app.messages  # the user did not move it


async def test_an_empty_list_has_nothing_to_choose(app: ListApp, pilot: Pilot[None]) -> None:
    app.table.show(COLUMNS, [])
    await pilot.press("down", "end", "enter", "pageup")
    await pilot.click(VirtualTable, offset=(3, 5))
    assert app.table.chosen is None
    assert app.messages == []
    assert app.screen_lines()[0].startswith("name figure")


async def test_foreign_texts_are_shown_as_text_in_their_columns(app: ListApp, pilot: Pilot[None]) -> None:
    app.table.show(COLUMNS, [("a", ("[red]x[/]\x1b[31m\n", "1")), ("b", ("宽宽", "22")), ("c", ("n" * 20, "3"))])
    await pilot.pause()
    shown = app.screen_lines()
    assert shown[1].startswith("[red]x[/] [31m")
    assert shown[1].endswith(" 1")
    assert shown[2].startswith("宽宽")
    assert shown[2].endswith("22")
    assert "\x1b" not in "".join(shown)
