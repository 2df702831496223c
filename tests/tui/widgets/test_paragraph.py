"""What an update of a text costs: nothing if it is the same, and a layout only if its size may change."""

from textual.app import App, ComposeResult
from textual.content import Content

from fmnist_tui.tui.widgets.paragraph import Paragraph


class Page(App[None]):
    CSS = "#fixed { width: 20; height: 1; }"

    def compose(self) -> ComposeResult:
        yield Paragraph(Content("one"), id="fixed")
        yield Paragraph(Content("one"), id="grown")


UPDATES = (
    ("#fixed", Content("one"), False, False),
    ("#fixed", Content("two"), True, False),
    ("#fixed", Content.styled("two", "bold"), True, False),
    ("#grown", Content("one"), False, False),
    ("#grown", Content("two\nlines"), True, True),
)
"""Of which paragraph, its content after those of the lines above, and whether that is drawn and laid out."""


async def test_an_update_costs_no_more_than_it_must() -> None:
    app = Page()
    async with app.run_test() as pilot:
        await pilot.pause()
        layouts: list[object] = []
        app.screen.screen_layout_refresh_signal.subscribe(app, layouts.append)
        for selector, content, is_drawn, is_laid_out in UPDATES:
            paragraph = app.query_one(selector, Paragraph)
            layouts.clear()
            paragraph.update(content)
            assert bool(paragraph._repaint_required) is is_drawn, (selector, content)
            await pilot.pause(0.05)
            assert bool(layouts) is is_laid_out, (selector, content)
            assert str(paragraph.content) == content.plain
            assert paragraph.region.height == content.plain.count("\n") + 1
