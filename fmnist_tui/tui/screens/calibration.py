"""Calibration: a reliability diagram and a histogram of the confidence."""

from textual.app import ComposeResult
from textual.content import Content

from fmnist_tui.evaluation.report import Calibration, CalibrationBin, Report
from fmnist_tui.formatting import count, counted, percent, points
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.widgets.bar import bar
from fmnist_tui.tui.widgets.cursor_keys import Scroll
from fmnist_tui.tui.widgets.paragraph import Paragraph

LABEL, PERCENT, GAP, COUNT = 12, 8, 9, 8
"""Columns: the bin, its accuracy, how far that is from the confidence, and its images."""

MAX_BIN_LINES = 3

OTHER_LINES = 9
"""Lines above and below the bins."""

OFF = 0.05
"""A bin is colored if its accuracy differs from its confidence by more than this."""

WELL_CALIBRATED = 0.005
"""The largest distance of mean confidence from accuracy that does not count as over- or under-confident."""


class CalibrationScreen(PageScreen):
    """A line for each bin of confidence: accuracy, confidence and number of images.

    Args:
        report: A report with a calibration.
        run_name: The run's name; empty if it has none.
    """

    HELP = (
        "The reliability diagram: predictions are grouped by their confidence, and each group's accuracy is "
        "compared with it. In a calibrated network both are equal."
    )

    def __init__(self, report: Report, run_name: str = "") -> None:
        super().__init__("Calibration", report.title(run_name))
        self._report = report
        self._lines = Paragraph(id="calibration-lines")
        self._scroll = Scroll(self._lines, classes="panel")
        self._scroll.border_title = "Reliability diagram"

    def compose_page(self) -> ComposeResult:
        yield self._scroll

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if self._report.calibration is not None:
            width, height = self._scroll.scrollable_content_region.size
            self._lines.update(diagram(self._report.calibration, self._report.images, width, height))


def diagram(calibration: Calibration, images: int, width: int, height: int) -> Content:
    """Return the page for a width in columns and a height in lines."""
    filled = [one for one in calibration.bins if one.images]
    room = max(20, width - LABEL - PERCENT - GAP - COUNT - 2)
    reliability, histogram = room * 2 // 3, room // 3
    tall = max(1, min(MAX_BIN_LINES, (height - OTHER_LINES) // max(1, len(filled))))
    heading = f"{'confidence':<{LABEL}}{'accuracy (│ = confidence)'[:reliability]:<{reliability}}"
    heading += f"{'':>{PERCENT}}{'gap':>{GAP}}  {'images'[:histogram]:<{histogram}}"
    lines = [
        Content.assemble(
            (f"calibration error (ECE) {percent(calibration.expected_error)}", "bold"),
            (": mean distance of accuracy from confidence", "$foreground-muted"),
        ),
        Content(_verdict(calibration, images)),
        Content(""),
        Content.styled(heading, "$foreground-muted"),
    ]
    max_images = max((one.images for one in filled), default=1)
    for one in filled:
        lines += _bin(one, one.images / max_images, reliability, histogram, tall)
    unused = len(calibration.bins) - len(filled)
    if unused:
        lines.append(Content.styled(f"no images in {counted(unused, 'other bin')}", "$foreground-muted"))
    legend = "▼ over-confident: accuracy below confidence · ▲ under-confident: above it"
    return Content("\n").join([*lines, Content(""), Content.styled(legend, "$foreground-muted")])


def _bin(one: CalibrationBin, share: float, reliability: int, histogram: int, tall: int) -> list[Content]:
    """Return the lines of a bin: its figures beside the first of its bars, and an empty line if there is room."""
    gap = one.accuracy - one.confidence
    style, mark = (
        ("$text-error", "▼") if gap < -OFF else ("$text-warning", "▲") if gap > OFF else ("$text-success", " ")
    )
    marked = list(bar(one.accuracy, reliability))
    marked[min(reliability - 1, round(one.confidence * reliability))] = "│"
    label = f"{100 * one.low:>3.0f}–{100 * one.high:.0f} %"
    drawn = ("".join(marked), style)
    images = bar(share, histogram).rstrip()
    first = Content.assemble(
        f"{label:<{LABEL}}",
        drawn,
        f"{percent(one.accuracy, 1):>{PERCENT}}",
        (f"{mark} {points(gap)}".rjust(GAP), style),
        "  ",
        (images, "$text-primary"),
        f" {count(one.images)}",
    )
    again = Content.assemble(" " * LABEL, drawn, " " * (PERCENT + GAP + 2), (images, "$text-primary"))
    return [first, *[again] * (tall - 2), *[Content("")] * (tall > 1)]


def _verdict(calibration: Calibration, images: int) -> str:
    confidence = sum(one.images * one.confidence for one in calibration.bins) / max(1, images)
    accuracy = sum(one.images * one.accuracy for one in calibration.bins) / max(1, images)
    verdict = "well calibrated"
    if abs(confidence - accuracy) >= WELL_CALIBRATED:
        verdict = "over-confident" if confidence > accuracy else "under-confident"
    return f"Mean confidence {percent(confidence, 1)}, accuracy {percent(accuracy, 1)}: {verdict}."
