"""The base of the palette's providers: commands with a key or a value at the right, and help below."""

import asyncio
from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual.command import Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.palette.matching import best_matches
from fmnist_tui.tui.screens.train import TrainScreen

MAX_HITS = 50
"""Commands of one provider in a list: nobody reads more, and each takes time to draw."""

MAX_AT_ONCE = 500
"""Commands that are searched in the event loop, which takes less than 2 ms; more are searched on a thread."""

TIE = 0.001
"""What a place costs, so that equally good matches of different providers are always in the same order."""

MAX_WIDTH, MARGIN = 90, 10
"""Columns of a command in a wide terminal, and those beside it in a narrow one, as in `palette.tcss`."""


class PaletteCommand(NamedTuple):
    """A command of the palette.

    Attributes:
        name: What is searched.
        run: Runs it. It is called, and awaited, when the palette is closed again.
        help: What it does.
        note: Its key, or the value that it is about, right-aligned.
        is_listed: Whether it is listed before anything is typed.
    """

    name: str
    run: Callable[[], Any]
    help: str = ""
    note: str = ""
    is_listed: bool = True


class CommandProvider(Provider):
    """Offers the commands of `commands`.

    Attributes:
        PLACE: The place of its commands in the list before anything is typed; lower is higher up.
    """

    PLACE: ClassVar[int]

    @abstractmethod
    async def commands(self) -> Sequence[PaletteCommand]:
        """Return all commands that apply now."""

    @property
    def train(self) -> TrainScreen:
        """The first view, which has the form."""
        screen = self.app.get_screen_stack("train")[0]
        assert isinstance(screen, TrainScreen)
        return screen

    async def discover(self) -> Hits:
        for command in await self.commands():
            if command.is_listed:
                yield self._hit(command, -self.PLACE)

    async def search(self, query: str) -> Hits:
        commands = await self.commands()
        names = [command.name for command in commands]
        search = partial(best_matches, query, names, MAX_HITS)
        for index, found in await asyncio.to_thread(search) if len(names) > MAX_AT_ONCE else search():
            yield self._hit(commands[index], found.score - self.PLACE * TIE, found.positions)

    def _hit(self, command: PaletteCommand, score: float, positions: Sequence[int] = ()) -> Hit:
        note, width = one_line(command.note), min(MAX_WIDTH, self.app.size.width - MARGIN)
        name = Content(one_line(command.name))
        for position in positions if name.plain == command.name else ():  # else they are other characters now
            name = name.stylize(self.match_style or "", position, position + 1)
        room = width - Content(note).cell_length - 2
        name = name.truncate(max(1, room), ellipsis=True, pad=True)
        prompt = Content.assemble(name, ("  ", ""), (note, "$text-accent"))
        return Hit(score, prompt, command.run, name.plain.strip(), escape(one_line(command.help)) or None)
