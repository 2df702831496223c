"""Two checkpoints compared on the same images, and the images that only one of them classifies correctly."""

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.data.image_types import Indices
from fmnist_tui.evaluation.comparison import compare
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.evaluation.report import Report
from fmnist_tui.formatting import accuracy_with_interval, count, percent, points
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.screens.gallery import GalleryScreen, ImageSources
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.widgets.bar import bar
from fmnist_tui.tui.widgets.cursor_keys import Scroll

NAME, FIGURE = 13, 9
MAX_BAR_WIDTH = 24


class ComparisonScreen(PageScreen):
    """B compared with A.

    Args:
        reports: The reports of A and B.
        predictions: Of A and of B, on the same images.
        sources: Asks for these images, and for the training images.

    Raises:
        UserError: The images are not the same.
    """

    HELP = (
        "Two checkpoints on the same images: the difference of their accuracies with its interval, McNemar's p, "
        "and the images that only one of them predicts correctly."
    )

    BINDINGS = bindings("comparison")

    def __init__(
        self,
        reports: tuple[Report, Report],
        predictions: tuple[Predictions, Predictions],
        sources: ImageSources,
    ) -> None:
        comparison = compare(*predictions)
        images = f"{count(comparison.images)} {reports[0].split} images"
        super().__init__("Comparison", f"B compared with A on the {images}")
        self._comparison = comparison
        self._reports = reports
        self._predictions = predictions
        self._sources = sources
        self._names = [one_line(score.name) for score in reports[0].classes]

    def compose_page(self) -> ComposeResult:
        with Scroll():
            yield Static(self._page(), id="comparison-lines")

    def on_mount(self) -> None:
        # Load the images early, so that a gallery opens without a delay.
        self.call_after_refresh(self._sources.evaluated)

    def _page(self) -> Content:
        found = self._comparison
        lines = [_subject(letter, report) for letter, report in zip("AB", self._reports, strict=True)]
        lines += [
            Content(""),
            Content.styled(f"{found.winner} is better." if found.winner else "No significant difference.", "bold"),
            Content(
                f"B − A {points(found.difference)} points (95 % interval {points(found.low)} to "
                f"{points(found.high)}), McNemar's p {found.p_value:.3g}"
            ),
            Content(
                f"only B correct: {count(len(found.gained))} images · only A correct: {count(len(found.lost))} images"
            ),
            Content(""),
            Content.styled(
                f"{'class':<{NAME}}{'recall A':>{FIGURE}}{'B':>{FIGURE}}{'B − A':>{FIGURE}}", "$foreground-muted"
            ),
        ]
        changes = found.recall_changes.tolist()
        largest = max(0.01, *map(abs, changes))
        for name, score, change in zip(self._names, self._reports[0].classes, changes, strict=True):
            style = "$text-success" if change > 0 else "$text-error" if change < 0 else "$foreground-muted"
            figures = f"{percent(score.recall, 1):>{FIGURE}}{percent(score.recall + change, 1):>{FIGURE}}"
            lines.append(
                Content.assemble(
                    f"{name:<{NAME}}{figures}",
                    (f"{points(change):>{FIGURE}}  {bar(abs(change) / largest, MAX_BAR_WIDTH)}", style),
                )
            )
        return Content("\n").join(lines)

    def action_gained(self) -> None:
        self._open("only B is correct; predictions of A", self._comparison.gained, self._predictions[0])

    def action_lost(self) -> None:
        self._open("only A is correct; predictions of B", self._comparison.lost, self._predictions[1])

    def _open(self, title: str, images: Indices, predictions: Predictions) -> None:
        if len(images):
            self.app.push_screen(GalleryScreen(title, self._names, predictions, images, self._sources))
        else:
            self.app.bell()


def _subject(letter: str, report: Report) -> Content:
    accuracy = accuracy_with_interval(report.accuracy, report.low, report.high)
    what = f"  {one_line(report.run)} · {report.checkpoint} of epoch {report.epoch}"
    return Content.assemble((f"{letter}  {accuracy}", "bold"), (what, "$foreground-muted"))
