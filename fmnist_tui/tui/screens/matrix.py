"""The confusion matrix of one evaluation; each cell opens its images."""

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, ScrollableContainer, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Region

from fmnist_tui.data.image_types import Indices
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.evaluation.report import Report
from fmnist_tui.formatting import counted, percent
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.screens.gallery import GalleryScreen, ImageSources
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.widgets.confusion_grid import ConfusionGrid
from fmnist_tui.tui.widgets.paragraph import Paragraph

BESIDE_COLUMNS = 96
"""From this width on, the pairs stand beside the matrix."""


class MatrixScreen(PageScreen):
    """The matrix, and beside or below it a description of the current cell and the most confused pairs.

    Args:
        report: The evaluation.
        predictions: The predictions behind the report.
        sources: Asks for the images that were evaluated, and for the training images.
        run_name: The run's name; empty if it has none.
    """

    HELP = "Which classes are predicted as which others, and the pairs that are confused most."

    BINDINGS = bindings("matrix")

    def __init__(self, report: Report, predictions: Predictions, sources: ImageSources, run_name: str = "") -> None:
        super().__init__("Confusion matrix", f"{percent(report.accuracy)} · {report.title(run_name)}")
        self._report = report
        self._predictions = predictions
        self._sources = sources
        self._names = [one_line(score.name) for score in report.classes]
        self._pairs = {(true, predicted): images for true, predicted, images in predictions.most_confused()}
        self._grid = ConfusionGrid(self._names, report.confusion)
        self._cell, self._pair_lines = Paragraph(id="matrix-cell"), Paragraph(id="matrix-pairs")
        self._list = VerticalScroll(self._pair_lines, id="matrix-list", can_focus=False, classes="panel")
        self._list.border_title = "Most confused"

    def compose_page(self) -> ComposeResult:
        with Container(id="matrix-body"):
            with ScrollableContainer(id="matrix-view", can_focus=False, classes="panel") as view:
                view.border_title = "Images by true and predicted class"
                yield self._grid
            with Vertical(id="matrix-side"):
                yield self._cell
                yield self._list

    def on_resize(self) -> None:
        self.set_class(self.size.width >= BESIDE_COLUMNS, "-beside")
        self._explain()

    def on_mount(self) -> None:
        # Load the images early, so that a gallery opens without a delay.
        self.call_after_refresh(self._sources.evaluated)
        if self._pairs:
            self._grid.cursor = next(iter(self._pairs))
        self._explain()

    @on(ConfusionGrid.Moved)
    def _explain(self) -> None:
        self._cell.update(self._about(*self._grid.cursor))
        self._pair_lines.update(self._about_pairs())
        if self._grid.cursor in self._pairs:
            line = list(self._pairs).index(self._grid.cursor)
            self._list.scroll_to_region(Region(0, line, 1, 1), animate=False)

    def _about(self, true: int, predicted: int) -> Content:
        images = self._predictions.in_cell(true, predicted)
        share = percent(len(images) / max(1, self._report.classes[true].support), 1)
        size = f"{counted(len(images), 'image')}, {share} of its class"
        lines = [(self._description(true, predicted), "bold"), (size, "")]
        if len(images):
            confidence = percent(float(self._predictions.confidence[images].mean()), 0)
            lines.append((f"mean confidence {confidence}", "$foreground-muted"))
            lines.append(("enter shows them", "$foreground-muted"))
        separator = "\n" if self.has_class("-beside") else " · "
        return Content(separator).join(Content.styled(*line) for line in lines)

    def _description(self, true: int, predicted: int) -> str:
        return f"{self._names[true]} predicted {'correctly' if true == predicted else f'as {self._names[predicted]}'}"

    def _about_pairs(self) -> Content:
        largest = max(self._pairs.values(), default=1)
        lines = []
        for (true, predicted), images in self._pairs.items():
            is_here = (true, predicted) == self._grid.cursor
            text = f"{'▸' if is_here else ' '}{images:>{len(str(largest))}}  "
            lines.append(
                Content.styled(f"{text}{self._names[true]} → {self._names[predicted]}", "bold" if is_here else "")
            )
        return Content("\n").join(lines) if lines else Content("No image is predicted incorrectly.")

    # Actions

    def action_pair(self, steps: int) -> None:
        cells = list(self._pairs)
        if cells:
            here = cells.index(self._grid.cursor) if self._grid.cursor in cells else -1 if steps > 0 else 0
            self._grid.move_to(cells[(here + steps) % len(cells)])

    @on(events.Click, "#matrix-pairs")
    def _pair_clicked(self, event: events.Click) -> None:
        if event.y < len(self._pairs):
            self._grid.move_to(list(self._pairs)[event.y])
            self._open_cell()

    @on(ConfusionGrid.Opened)
    def _open_cell(self) -> None:
        self._open(self._description(*self._grid.cursor), self._predictions.in_cell(*self._grid.cursor))

    def action_errors(self) -> None:
        self._open("confident errors: some of these labels may be wrong", self._predictions.errors())

    def _open(self, title: str, images: Indices) -> None:
        if len(images):
            self.app.push_screen(GalleryScreen(title, self._names, self._predictions, images, self._sources))
        else:
            self.notify("No images: the cell is empty.", title=title, severity="warning", markup=False)
