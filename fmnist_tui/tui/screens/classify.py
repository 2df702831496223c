"""Classify an image that is drawn or opened from a file, while it is drawn."""

import asyncio
from pathlib import Path

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content

from fmnist_tui.data.image_types import GrayImage
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import percent
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.canvas import Pen
from fmnist_tui.tui.checkpoint_catalog import CheckpointEntry
from fmnist_tui.tui.screens.choice_dialog import Answer, confirms
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.screens.path_dialog import IMAGE_FILE, PathDialog, existing_path
from fmnist_tui.tui.widgets.bar import bar
from fmnist_tui.tui.widgets.drawing_pad import Drawing
from fmnist_tui.tui.widgets.paragraph import Paragraph
from fmnist_tui.tui.widgets.thumbnail import Thumbnail

NAME, FIGURE, MAX_BAR_WIDTH = 12, 8, 40

PEN_LABELS = {Pen.UP: "pen up", Pen.DRAWS: "pen draws", Pen.ERASES: "pen erases"}

EMPTY = (
    "Draw with the left mouse button, erase with the right one; or use space and the arrows. enter opens an image file."
)


class ClassifyScreen(PageScreen):
    """A canvas, what the network sees of it, and the probability of each class.

    A drawing is scaled and centered like the images of the dataset first: one that is smaller or off the center is not
    like anything that the network was trained on, and its predictions mislead.

    Args:
        engine: Classifies the image.
        checkpoint: The checkpoint that predicts the class.
        classes: The names of the classes that it predicts.
    """

    HELP = "Draw an image, or open an image file, and see which classes the checkpoint finds likely."

    BINDINGS = bindings("classify")

    def __init__(self, engine: Engine, checkpoint: CheckpointEntry, classes: tuple[str, ...]) -> None:
        summary = checkpoint.summary
        mark = f" · trained on {summary.dataset_mark} data" if summary.dataset_mark else ""
        super().__init__("Classify", f"{one_line(summary.title)} · checkpoint {checkpoint.name}{mark}")
        self._engine = engine
        self._checkpoint = checkpoint
        self._class_names = classes
        self._drawing = Drawing()
        self._opened: GrayImage | None = None
        self._fits = True
        self._thumbnail = Thumbnail()
        self._thumbnail.border_title = "Model sees"
        self._bars = Paragraph(id="classify-bars", classes="panel")
        self._bars.border_title = "Probabilities"
        self._is_classification_due = asyncio.Event()

    def compose_page(self) -> ComposeResult:
        yield self.note
        with Container(id="classify-body"):
            yield self._drawing
            with Container(id="classify-side"):
                yield self._thumbnail
                yield self._bars

    def on_mount(self) -> None:
        self.set_focus(self._drawing)
        self._show_pen()
        self._is_classification_due.set()
        self._classify_changes()

    async def may_close(self) -> bool:
        if self._drawing.canvas.is_empty or self._drawing.canvas.image is self._opened:
            return True
        answer = Answer("d", "discard the drawing", True)
        return await confirms(self.app, "Discard the drawing?", "It is not saved.", answer)

    # Classifying

    def on_resize(self) -> None:
        self.set_class(self.size.width < 2 * self.size.height, "-portrait")
        self._is_classification_due.set()  # the width of the bars depends on it

    @on(Drawing.Changed)
    def _drawing_changed(self) -> None:
        self._is_classification_due.set()

    @work
    async def _classify_changes(self) -> None:
        """Classify after each change, one image at a time; changes meanwhile are in the next one."""
        while True:
            await self._is_classification_due.wait()
            self._is_classification_due.clear()
            self._thumbnail.border_subtitle = "fitted" if self._fits else "as drawn"
            if self._drawing.canvas.is_empty:
                self._thumbnail.show(self._drawing.canvas.image)
                self._show_probabilities(None)
                self.show_note(EMPTY)
                continue
            checkpoint, image = self._checkpoint, await self._seen()
            self._thumbnail.show(image)
            asked = self._engine.classify(checkpoint.folder.path, checkpoint.name, image)
            try:
                probabilities = await asyncio.wrap_future(asked)
            except Exception as error:  # noqa: BLE001 - the user can draw on and try again
                self.show_error(error)
                self._show_probabilities(None)
            else:
                self._show_probabilities(probabilities)
                likeliest = max(range(len(probabilities)), key=probabilities.__getitem__)
                prediction = f"{self._class_names[likeliest]}, {percent(probabilities[likeliest], 1)}"
                self.note.update(Content.styled(prediction, "bold $foreground"))

    async def _seen(self) -> GrayImage:
        """Return what the network sees: the drawing fitted, and an image file, which is already, as it is."""
        from fmnist_tui.data.photos import fitted  # late: it imports Pillow

        image = self._drawing.canvas.image
        if not self._fits or image is self._opened:
            return image
        return await asyncio.to_thread(fitted, image)

    def _show_probabilities(self, probabilities: list[float] | None) -> None:
        width = max(0, min(MAX_BAR_WIDTH, self._bars.content_size.width - NAME - FIGURE - 1))
        best = max(probabilities) if probabilities else 1.0
        lines = []
        for label, name in enumerate(self._class_names):
            share = probabilities[label] if probabilities else None
            style = "bold $text-success" if share == best else ""
            line = f"{name:<{NAME}}{percent(share, 1):>{FIGURE}} "
            lines.append(Content.assemble((line, style), (bar(share or 0.0, width), "$text-primary")))
        self._bars.update(Content("\n").join(lines))

    # Images from files

    @work(exclusive=True, group="file")
    async def action_open(self) -> None:
        image = await self.app.push_screen_wait(PathDialog(IMAGE_FILE))
        if image is not None:
            self._show_opened(image)

    @work(exclusive=True, group="file")
    async def on_paste(self, event: events.Paste) -> None:
        """Open a file that is dropped on the terminal, which pastes its name."""
        file = existing_path(event.text, Path.is_file)
        if file is None:
            self.show_error(UserError(f"there is no file {one_line(event.text)[:200]}"))
            return
        try:
            image = await asyncio.to_thread(IMAGE_FILE.read, file)
        except Exception as error:  # noqa: BLE001 - the canvas stays as it is
            self.show_error(error)
        else:
            self._show_opened(image)

    def _show_opened(self, image: GrayImage) -> None:
        self._opened = image
        self._drawing.put(image)

    def action_toggle_fit(self) -> None:
        self._fits = not self._fits
        self._is_classification_due.set()

    @on(Drawing.PenChanged)
    def _show_pen(self) -> None:
        drawing = self._drawing
        drawing.border_subtitle = f"{PEN_LABELS[drawing.pen]} · brush {drawing.brush:.0f} pixels"
