"""The list of all checkpoints on disk."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

from fmnist_tui.formatting import MISSING, percent
from fmnist_tui.tui.checkpoint_catalog import CheckpointEntry, checkpoint_key, checkpoints_on_disk
from fmnist_tui.tui.widgets.virtual_table import Line, VirtualTable

MARK = "  "
"""The heading of the column of marks; it keeps their room, so that a mark moves nothing."""

HEADINGS = (MARK, "run", "model", "saved", "epoch", "", "validation", "test")

DISPENSABLE = ("model", "epoch", MARK)
"""Columns that are left out where there is no room, in this order. The column of marks stays if there are any."""

MAX_MARKS = 2
"""A and B of a comparison."""

COLUMNS = [(heading, heading in ("epoch", "validation", "test")) for heading in HEADINGS]


class CheckpointList(VirtualTable):
    """Lists checkpoints, newest run first. Two can be marked, as A and B of a comparison.

    Attributes:
        entries: The checkpoints by their keys.
    """

    HELP = (
        "All checkpoints on this machine, newest run first, with their newest accuracies. The checkpoint best has "
        "the highest validation accuracy, last is the newest."
    )

    def __init__(self) -> None:
        super().__init__(id="checkpoints")
        self.entries: Mapping[str, CheckpointEntry] = {}
        self._rows: list[Line] = []
        self.border_title = "Checkpoints"
        self._marked: tuple[str, ...] = ()
        self._wanted: str | None = None

    @property
    def current(self) -> CheckpointEntry | None:
        """The checkpoint under the bar."""
        return self.entries.get(self.chosen or "")

    @property
    def settled(self) -> CheckpointEntry | None:
        """The checkpoint under the bar; None while the bar is about to move to another."""
        return self.current if self._wanted is None else None

    @property
    def marked(self) -> list[CheckpointEntry]:
        """The checkpoints that are marked, A first."""
        return [self.entries[key] for key in self._marked]

    async def read(self) -> None:
        """Read the checkpoints from disk."""
        self.entries, self._rows = await asyncio.to_thread(_read)
        self.mark(key for key in self._marked if key in self.entries)
        self.choose(self._wanted or "")
        self._wanted = None  # a checkpoint that is not there now was deleted

    def select(self, run: Path, checkpoint: str) -> None:
        """Move the bar to a checkpoint, at once or as soon as it is read."""
        key = checkpoint_key(run, checkpoint)
        self.choose(key)
        self._wanted = None if key in self.entries else key

    def toggle_mark(self, key: str) -> None:
        """Mark a checkpoint, or remove its mark; a third mark replaces the first."""
        others = [marked for marked in self._marked if marked != key]
        self.mark(others if len(others) < len(self._marked) else [*others, key])

    def mark(self, keys: Iterable[str]) -> None:
        """Mark the last two of these checkpoints, and no others."""
        self._marked = tuple(keys)[-MAX_MARKS:]
        self._show()

    def on_resize(self) -> None:
        super().on_resize()
        self._show()

    def _show(self) -> None:
        """Show all columns, or those that there is room for."""
        letters = dict(zip(self._marked, ("▸A", "▸B"), strict=False))
        left_out: list[str] = []
        for heading in (None, *DISPENSABLE):
            if heading is not None and not (heading == MARK and letters):
                left_out.append(heading)
            shown = [index for index, (name, _right) in enumerate(COLUMNS) if name not in left_out]
            lines = ((key, (letters.get(key, ""), *cells)) for key, cells in self._rows)
            self.show([COLUMNS[index] for index in shown], [(key, [cells[at] for at in shown]) for key, cells in lines])
            if self.virtual_size.width <= self.scrollable_content_region.width:
                break


def _read() -> tuple[dict[str, CheckpointEntry], list[Line]]:
    """Return the checkpoints by key, and a line for each. Run on a thread: with 10,000 runs it takes seconds."""
    entries = checkpoints_on_disk()
    return {entry.key: entry for entry in entries}, [(entry.key, _cells(entry)) for entry in entries]


def _cells(entry: CheckpointEntry) -> tuple[str, ...]:
    summary, checkpoint = entry.summary, entry.checkpoint
    return (
        summary.title,
        summary.model or MISSING,
        checkpoint.name,
        MISSING if checkpoint.epoch is None else str(checkpoint.epoch),
        summary.dataset_mark,
        percent(checkpoint.validation_accuracy),
        percent(checkpoint.test_accuracy),
    )
