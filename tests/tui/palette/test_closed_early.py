"""The palette can be closed at any moment."""

from textual.command import CommandPalette
from workbench import Bench, without_form

pytestmark = without_form


async def test_a_palette_that_is_closed_at_once_ends_nothing(bench: Bench) -> None:
    for _ in range(5):
        bench.app.action_command_palette()
        await bench.pilot.pause(0)
        palette = bench.screen
        assert isinstance(palette, CommandPalette)
        search = palette._gather_commands("s")
        await palette.query("CommandList").remove()
        bench.app.pop_screen()
        await bench.rest()
        assert search.error is None
    assert bench.app.failure is None
