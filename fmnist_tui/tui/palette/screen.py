"""The screen of the command palette."""

from contextlib import suppress

from textual import work
from textual.command import CommandPalette
from textual.css.query import NoMatches
from textual.worker import get_current_worker


class Palette(CommandPalette):
    """Textual's palette, which may be closed at any moment of a search: Textual's own can then end the app."""

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP)
    async def _gather_commands(self, search_value: str) -> None:
        try:
            with suppress(NoMatches):  # the list of commands is gone
                await CommandPalette._gather_commands.__wrapped__(self, search_value)  # type: ignore[attr-defined]
        except KeyError:
            # The styles are gone. `asyncio.wait_for` of Python 3.11 loses a cancellation that arrives with a result, so
            # that a canceled search takes one more command.
            if not get_current_worker().is_cancelled:
                raise
