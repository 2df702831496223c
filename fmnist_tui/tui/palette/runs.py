"""Every run on this machine."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from textual.message import Message
from textual.screen import Screen
from textual.style import Style

from fmnist_tui.errors import UserError
from fmnist_tui.formatting import percent
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.tui.messages import CheckpointChosen, ResumeRequested, RunChosen, WatchRequested
from fmnist_tui.tui.palette.provider import CommandProvider, PaletteCommand

LISTED_RUNS = 5
"""Number of the newest runs that are listed before anything is typed."""


class RunProvider(CommandProvider):
    """Offers to open a run, to resume it, and to evaluate its best checkpoint."""

    PLACE = 2

    def __init__(self, screen: Screen[Any], match_style: Style | None = None) -> None:
        super().__init__(screen, match_style)
        self._reading: asyncio.Task[list[PaletteCommand]] | None = None

    async def commands(self) -> Sequence[PaletteCommand]:
        """Return the commands of all runs, newest first; they are read once, on a thread."""
        if self.screen.is_modal:
            return ()
        if self._reading is None:
            can_start = bool(self.train.check_action("start", ()))
            read = partial(_commands, self.app.post_message, can_start)
            self._reading = asyncio.create_task(asyncio.to_thread(read))
        try:
            return await asyncio.shield(self._reading)  # the next letter cancels a search, but not the reading
        except UserError:
            return ()  # the Runs view shows why they can't be read


def _commands(post: Callable[[Message], object], can_start: bool) -> list[PaletteCommand]:
    return [
        command
        for place, summary in enumerate(list_runs())
        for command in _commands_of(summary, post, can_start, place < LISTED_RUNS)
    ]


def _commands_of(
    summary: RunSummary, post: Callable[[Message], object], can_start: bool, is_listed: bool
) -> Iterator[PaletteCommand]:
    path = summary.folder.path
    run = f"{summary.name} · {summary.run}" if summary.name else summary.run
    best = "" if summary.best_validation_accuracy is None else f" · best {percent(summary.best_validation_accuracy)}"
    text = f"{summary.status_text}{best}"
    yield PaletteCommand(f"Open run {run}", partial(post, RunChosen(path)), text, is_listed=is_listed)
    if summary.is_running:
        yield PaletteCommand(
            f"Watch run {run}", partial(post, WatchRequested(summary.folder)), text, is_listed=is_listed
        )
    if summary.can_resume and can_start:
        yield PaletteCommand(f"Resume run {run}", lambda: post(ResumeRequested(summary.folder)), text, is_listed=False)
    if summary.checkpoints:
        chosen = CheckpointChosen(path, summary.checkpoints[0].name)
        yield PaletteCommand(f"Evaluate run {run}", partial(post, chosen), text, is_listed=False)
