"""Names, marks and deletes runs for the interface, and takes that back. What touches the disk is done on threads."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from textual.screen import Screen

from fmnist_tui.errors import UserError
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, read_labels, write_labels
from fmnist_tui.runs.resolve import require_free_name
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.runs.trash import move_to_trash, restore
from fmnist_tui.sanitize import one_line


@dataclass(frozen=True, slots=True)
class _Change:
    """Something that `undo` takes back, on a thread, and what it then reports."""

    run: str
    revert: Callable[[], object]
    report: str


class RunOrganizer:
    """Changes what the user has on disk about runs, one change after another.

    Args:
        screen: Shows dialogs and messages.
        changed: Called after a change on disk, with the run's identifier.
    """

    def __init__(self, screen: Screen[Any], changed: Callable[[str], object]) -> None:
        self._screen, self._changed = screen, changed
        self._done: list[_Change] = []
        self._order = asyncio.Lock()

    async def edit(self, folder: RunFolder) -> None:
        """Ask for the name, the tags and the note of a run, and store them."""
        from fmnist_tui.tui.screens.labels_dialog import LabelsDialog  # late: the text area takes a while to import

        try:
            before = await asyncio.to_thread(read_labels, folder)
        except UserError as error:
            self._refuse(error)
            return
        after = await self._screen.app.push_screen_wait(LabelsDialog(f"Run {folder.run}", before, folder.run))
        if after not in (None, before) and await self._write(folder, after):
            self._done.append(
                _Change(folder.run, lambda: _relabel(folder, before), f"{folder.run} has its previous labels")
            )

    async def mark(self, run: RunSummary) -> None:
        """Mark a run, or remove its mark."""
        async with self._order:  # the next press reads what this one writes
            try:
                before = await asyncio.to_thread(read_labels, run.folder)
            except UserError as error:
                self._refuse(error)
                return
            await self._write(run.folder, before.changed(is_marked=not before.is_marked))

    async def delete(self, run: RunSummary) -> None:
        """Move a run to the trash, and report how to take that back."""
        async with self._order:
            if not run.folder.path.exists():  # the key was pressed twice before the list was read again
                return
            try:
                trashed = await asyncio.to_thread(move_to_trash, run.folder)
            except UserError as error:
                self._refuse(error)
                return
            self._done.append(_Change(run.run, lambda: restore(trashed), f"{run.title} is restored"))
            self._changed(run.run)
            message = f"{one_line(run.title)} is in the trash; ctrl+z restores it."
            self._screen.notify(message, title="Deleted", timeout=10, markup=False)

    async def undo(self) -> None:
        """Take back the last deletion or change of labels."""
        async with self._order:
            if not self._done:
                self._screen.app.bell()
                return
            change = self._done[-1]
            try:
                await asyncio.to_thread(change.revert)
            except UserError as error:
                self._refuse(error)
            else:
                self._screen.notify(one_line(change.report), markup=False)
            self._done.remove(change)
            self._changed(change.run)

    async def _write(self, folder: RunFolder, labels: RunLabels) -> bool:
        try:
            await asyncio.to_thread(write_labels, folder, labels)
        except UserError as error:
            self._refuse(error)
            return False
        self._changed(folder.run)
        return True

    def _refuse(self, error: UserError) -> None:
        self._screen.notify(error.line(), severity="error", markup=False)


def _relabel(folder: RunFolder, labels: RunLabels) -> None:
    """Give a run earlier labels again, except for its mark."""
    require_free_name(labels.name, folder.run)
    write_labels(folder, labels.changed(is_marked=read_labels(folder).is_marked))
