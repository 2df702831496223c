"""The palette can be closed at any moment."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import pytest
from textual.command import CommandPalette, Hit
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


async def test_a_command_found_while_the_palette_is_closed_ends_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.app.action_command_palette()
    await bench.rest()
    palette = bench.screen
    assert isinstance(palette, CommandPalette)
    closed = asyncio.Event()

    async def lose_the_cancellation(_search_value: str) -> AsyncGenerator[Hit, bool]:
        """Find a command after the search was canceled, as `asyncio.wait_for` of Python 3.11 can."""
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await closed.wait()
        yield Hit(1, "Start", lambda: None, help="Train")

    monkeypatch.setattr(palette, "_search_for", lose_the_cancellation)
    search = palette._gather_commands("s")
    await bench.pilot.pause(0)
    await bench.app.pop_screen()
    closed.set()
    await bench.rest()
    assert search.is_finished
    assert search.error is None
    assert bench.app.failure is None
