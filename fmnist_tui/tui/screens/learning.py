"""How a network learns, epoch by epoch: its filters, the recall of each class, its predictions on the probe images."""

import asyncio
from collections.abc import Sequence

import numpy as np
from textual import work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget

from fmnist_tui.datasets import CLASSES
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import percent
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import title_of
from fmnist_tui.runs.lock import is_being_written
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.sanitize import one_line
from fmnist_tui.training.probe_record import ProbeImages, ProbeRecord, read_probe_images, read_record, recorded_epochs
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.widgets.cursor_keys import Scroll
from fmnist_tui.tui.widgets.paragraph import Paragraph
from fmnist_tui.tui.widgets.tile_grid import Tile, TileGrid, Values

NAME, FIGURE, BAR = 12, 9, 16

BESIDE_COLUMNS = 96
"""From this width on, the predictions stand beside the rest."""

SMALLEST_FILTER = 6
"""Pixels; smaller ones are enlarged, because 3×3 filters are hard to see."""

POLL_INTERVAL_SECONDS = 2.0
"""How often the folder is checked: a run of another process sends no events."""


class LearningScreen(PageScreen):
    """One epoch at a time; follows the newest one until the user goes back.

    Args:
        folder: The run's folder.
        epoch: The epoch that is shown first, instead of the newest one.
    """

    HELP = (
        "What the network learns from epoch to epoch: filters of the first layer, the recall of each class, and "
        "predictions for the same images."
    )

    BINDINGS = bindings("learning")

    def __init__(self, folder: RunFolder, epoch: int | None = None) -> None:
        super().__init__("Learning", one_line(title_of(folder)))
        self._folder = folder
        self._is_running = False
        self._epochs: Sequence[int] = ()
        self._epoch = epoch or 0
        self._follows = epoch is None
        self._probe_images: ProbeImages | None = None
        self._class_names: tuple[str, ...] = ()
        self._filters, self._predictions = TileGrid(id="filters"), TileGrid(id="predictions")
        self._predictions.add_class("-images")
        self._recalls = Paragraph(id="recalls")
        self._body = Scroll(id="learning-body")

    def compose_page(self) -> ComposeResult:
        yield self.note
        self._body.display = False  # until there is something to show: empty frames explain nothing
        with self._body:
            with Container(id="learning-left"):
                yield _framed("Recall on the validation images", self._recalls)
                signs = "[$series-train]■[/] positive, [$series-validation]■[/] negative"
                yield _framed(f"First layer: {signs}", self._filters)
            yield _framed("Predictions for the same images", self._predictions, id="learning-predictions")

    def on_resize(self) -> None:
        self.set_class(self.size.width >= BESIDE_COLUMNS, "-beside")

    def on_mount(self) -> None:
        self.show_note("reading…")
        self.watch(self.app, "snapshot", self._snapshot_changed, init=False)
        self.set_interval(POLL_INTERVAL_SECONDS, self._poll)
        self._read()

    def _snapshot_changed(self, before: RunSnapshot | None, snapshot: RunSnapshot | None) -> None:
        if snapshot is not None and (before is None or before.learned != snapshot.learned):
            self._read()  # also for another run: a check is cheap, and a copied folder's name differs from the log's

    @work(exclusive=True, group="poll")
    async def _poll(self) -> None:
        """Read again if the recorded epochs or the run's state changed."""
        if await asyncio.to_thread(_records_of, self._folder) != (self._epochs, self._is_running):
            self._read()

    @work(exclusive=True)
    async def _read(self) -> None:
        try:
            self._epochs, self._is_running = await asyncio.to_thread(_records_of, self._folder)
            if not self._epochs:
                nothing = "Nothing is recorded yet" if self._is_running else "Nothing was recorded"
                self.show_note(f"{nothing}: the first record comes after the first epoch.")
                return
            if self._follows:
                self._epoch = self._epochs[-1]
            elif self._epoch not in self._epochs:
                self._epoch = max((epoch for epoch in self._epochs if epoch < self._epoch), default=self._epochs[0])
            probe_images = self._probe_images
            if probe_images is None:
                self._class_names = await asyncio.to_thread(_class_names_of, self._folder)
                probe_images = self._probe_images = await asyncio.to_thread(read_probe_images, self._folder.probes)
            record = await asyncio.to_thread(read_record, self._folder.probes, self._epoch)
        except UserError as error:
            self.show_error(error)
        else:
            if not self._body.display:
                self._body.display = True
                self.set_focus(self._body)
            self._show(record, probe_images)

    def _show(self, record: ProbeRecord, probe_images: ProbeImages) -> None:
        following = ""
        if self._is_running:
            following = " · follows the run" if self._follows else " · end follows the run again"
        share = record.dead_share
        dead = (
            ""
            if share is None
            else f" · {percent(share, 1)} of the hidden units are dead: inactive on all of these images"
        )
        place = f"{self._epochs.index(self._epoch) + 1} of {len(self._epochs)} recorded"
        self.show_note(f"epoch {self._epoch} · {place}{following}{dead}")
        self._recalls.update(_recall_lines(record, self._class_names))
        self._filters.show(_filter_tiles(record, self._class_names))
        self._predictions.show(_prediction_tiles(record, probe_images, self._class_names))

    # Moving

    def action_step(self, steps: int) -> None:
        if self._epochs:
            place = self._epochs.index(self._epoch) + steps
            self.action_go(max(0, min(len(self._epochs) - 1, place)))

    def action_go(self, place: int) -> None:
        if self._epochs:
            self._epoch = self._epochs[place]
            self._follows = self._epoch == self._epochs[-1]
            self._read()


def _framed(title: str, content: Widget, *, id: str | None = None) -> Container:  # noqa: A002
    panel = Container(content, id=id, classes="panel")
    panel.border_title = title
    return panel


def _records_of(folder: RunFolder) -> tuple[list[int], bool]:
    """Return the recorded epochs, and whether a process is training the run."""
    return recorded_epochs(folder.probes), is_being_written(folder)


def _class_names_of(folder: RunFolder) -> tuple[str, ...]:
    """Return the names of the classes of a run's dataset; numbers if its config can't be read."""
    try:
        return folder.config().dataset_spec.classes
    except UserError:
        return tuple(str(label) for label in range(CLASSES))


def _recall_lines(record: ProbeRecord, classes: tuple[str, ...]) -> Content:
    lines = [
        Content.assemble(
            f"{name:<{NAME}}{percent(float(recall), 1):>{FIGURE}}  ", ("━" * round(float(recall) * BAR), "$accent")
        )
        for name, recall in zip(classes, record.recalls, strict=False)
    ]
    return Content("\n").join(lines)


def _filter_tiles(record: ProbeRecord, classes: tuple[str, ...]) -> list[Tile]:
    reach = max(1e-9, float(np.abs(record.filters).max(initial=0.0)))
    names = classes if len(classes) == len(record.filters) else [""] * len(record.filters)
    return [Tile(_sized(values / reach), name) for values, name in zip(record.filters, names, strict=True)]


def _sized(values: Values) -> Values:
    """Return large filters at half their size, and small ones enlarged."""
    tall, wide = values.shape
    if min(tall, wide) >= 4 * SMALLEST_FILTER:
        halves: Values = values[: tall // 2 * 2, : wide // 2 * 2].reshape(tall // 2, 2, wide // 2, 2).mean(axis=(1, 3))
        return halves / max(1e-9, float(np.abs(halves).max())) * float(np.abs(values).max())
    factor = max(1, SMALLEST_FILTER // min(tall, wide))
    enlarged: Values = values.repeat(factor, axis=0).repeat(factor, axis=1)
    return enlarged


def _prediction_tiles(record: ProbeRecord, probe_images: ProbeImages, classes: tuple[str, ...]) -> list[Tile]:
    tiles = []
    for image, label, shares in zip(
        probe_images.images, probe_images.labels.tolist(), record.probabilities, strict=False
    ):
        predicted = int(shares.argmax())
        small = image.astype(np.float32).reshape(14, 2, 14, 2).mean(axis=(1, 3)) / 255
        mark = "✓" if predicted == label else "✗"
        caption = f"{mark} {one_line(classes[predicted])}\n{percent(float(shares[predicted]), 0)}"
        tiles.append(Tile(small, caption, is_good=predicted == label))
    return tiles
