"""Two checkpoints compared on the same images, and the images that only one of them classifies correctly."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.config import RunConfig
from fmnist_tui.data.image_types import Indices
from fmnist_tui.evaluation.comparison import compare
from fmnist_tui.evaluation.predictions import Predictions
from fmnist_tui.evaluation.report import Report
from fmnist_tui.formatting import accuracy_with_interval, count, percent, points
from fmnist_tui.runs.run_comparison import differing_settings
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.screens.gallery import GalleryScreen, ImageSources
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.widgets.cursor_keys import Scroll

NAME, FIGURE = 13, 9
MAX_BAR_WIDTH = 24

BESIDE_COLUMNS = 100
"""From this width on, the settings stand beside the recalls."""


class ComparisonScreen(PageScreen):
    """B compared with A.

    Args:
        reports: The reports of A and B.
        predictions: Of A and of B, on the same images.
        configs: Of the runs of A and of B.
        sources: Asks for these images, and for the training images.
        run_names: The names of the runs; empty if they have none.

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
        configs: tuple[RunConfig, RunConfig],
        sources: ImageSources,
        run_names: tuple[str, str] = ("", ""),
    ) -> None:
        comparison = compare(*predictions)
        images = f"{count(comparison.images)} {reports[0].split} images"
        super().__init__("Comparison", f"B compared with A on the {images}")
        self._comparison = comparison
        self._reports, self._run_names = reports, run_names
        self._predictions = predictions
        self._differences = differing_settings(configs)
        self._sources = sources
        self._names = [one_line(score.name) for score in reports[0].classes]
        self._recalls = Scroll(_Redrawn(self._recall_lines), id="comparison-recalls", classes="panel")
        self._recalls.border_title = "Recall of each class"
        self._settings = Scroll(Static(self._setting_lines()), id="comparison-settings", classes="panel")
        self._settings.border_title = "Settings that differ"

    def compose_page(self) -> ComposeResult:
        yield Static(self._summary(), id="comparison-summary")
        with Container(id="comparison-body"):
            yield self._recalls
            yield self._settings

    def on_resize(self) -> None:
        self.set_class(self.size.width >= BESIDE_COLUMNS, "-beside")

    def on_mount(self) -> None:
        # Load the images early, so that a gallery opens without a delay.
        self.call_after_refresh(self._sources.evaluated)

    def _summary(self) -> Content:
        found = self._comparison
        lines = [_subject(*subject) for subject in zip("AB", self._reports, self._run_names, strict=True)]
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
        ]
        return Content("\n").join(lines)

    def _recall_lines(self, width: int, height: int) -> Content:
        """Return a line for each class: both recalls, and their difference beside a bar from the middle."""
        side = max(3, min(MAX_BAR_WIDTH, (width - NAME - 3 * FIGURE - 2) // 2))
        changes = self._comparison.recall_changes.tolist()
        largest = max(0.01, *map(abs, changes))
        heading = f"{'class':<{NAME}}{'A':>{FIGURE}}{'B':>{FIGURE}}{'B − A':>{FIGURE}}"
        lines = [Content.styled(heading, "$foreground-muted")]
        for name, score, change in zip(self._names, self._reports[0].classes, changes, strict=True):
            style = "$text-success" if change > 0 else "$text-error" if change < 0 else "$foreground-muted"
            length = round(side * abs(change) / largest)
            less, more = (length, 0) if change < 0 else (0, length)
            lines.append(
                Content.assemble(
                    f"{name[: NAME - 1]:<{NAME}}{percent(score.recall, 1):>{FIGURE}}",
                    f"{percent(score.recall + change, 1):>{FIGURE}}",
                    (f"{points(change):>{FIGURE}} {'█' * less:>{side}}", style),
                    ("│", "$foreground-disabled"),
                    ("█" * more, style),
                )
            )
        separator = "\n\n" if height >= 2 * len(lines) else "\n"
        return Content(separator).join(lines)

    def _setting_lines(self) -> Content:
        if not self._differences:
            return Content("None: both runs have the same settings.")
        rows = [("", "A", "B"), *((one.label, *map(one_line, one.texts)) for one in self._differences)]
        label, a = (max(len(row[column]) for row in rows) + 2 for column in (0, 1))
        lines = [Content(f"{row[0]:<{label}}{row[1]:<{a}}{row[2]}") for row in rows]
        lines[0] = lines[0].stylize("$foreground-muted")
        return Content("\n").join(lines)

    def action_gained(self) -> None:
        self._open("only B is correct; predictions of A", self._comparison.gained, self._predictions[0])

    def action_lost(self) -> None:
        self._open("only A is correct; predictions of B", self._comparison.lost, self._predictions[1])

    def _open(self, title: str, images: Indices, predictions: Predictions) -> None:
        if len(images):
            self.app.push_screen(GalleryScreen(title, self._names, predictions, images, self._sources))
        else:
            self.notify("No images: there are none of this kind.", title=title, severity="warning", markup=False)


class _Redrawn(Static):
    """A text that depends on the size of the panel around it.

    Args:
        text: Return the text for a width and the panel's height.
    """

    def __init__(self, text: Callable[[int, int], Content]) -> None:
        super().__init__()
        self._text = text

    def on_resize(self) -> None:
        assert isinstance(self.parent, Scroll)
        self.update(self._text(self.size.width, self.parent.scrollable_content_region.height))


def _subject(letter: str, report: Report, name: str) -> Content:
    accuracy = accuracy_with_interval(report.accuracy, report.low, report.high)
    what = f"  {one_line(name or report.run)} · {report.checkpoint} of epoch {report.epoch}"
    return Content.assemble((f"{letter}  {accuracy}", "bold"), (what, "$foreground-muted"))
