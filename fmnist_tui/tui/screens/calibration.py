"""Calibration: a reliability diagram and a histogram of the confidence."""

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.evaluation.report import Calibration, CalibrationBin, Report
from fmnist_tui.formatting import count, percent
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.widgets.bar import bar
from fmnist_tui.tui.widgets.cursor_keys import Scroll

LABEL, FIGURES = 11, 17
"""Columns of the label before the bar, and of the figures after it."""

OFF = 0.05
"""A bin is colored if its accuracy differs from its confidence by more than this."""

WELL_CALIBRATED = 0.005
"""The largest distance of mean confidence from accuracy that does not count as over- or under-confident."""


class CalibrationScreen(PageScreen):
    """A line for each bin of confidence: accuracy, confidence and number of images.

    Args:
        report: A report with a calibration.
    """

    HELP = (
        "The reliability diagram: predictions are grouped by their confidence, and each group's accuracy is "
        "compared with it. In a calibrated network both are equal."
    )

    def __init__(self, report: Report) -> None:
        super().__init__("Calibration", report.title)
        self._report = report
        self._lines = Static(id="calibration-lines")

    def compose_page(self) -> ComposeResult:
        with Scroll():
            yield self._lines

    def on_resize(self) -> None:
        if self._report.calibration is not None:
            self._lines.update(diagram(self._report.calibration, self._report.images, self.size.width - 4))


def diagram(calibration: Calibration, images: int, width: int) -> Content:
    """Return the page for a width in columns."""
    room = max(20, width - LABEL - FIGURES)
    reliability, histogram = room * 2 // 3, room // 3 - 1
    heading = f"{'confidence':<{LABEL}}{'accuracy (│ = confidence)':<{reliability}} {'images':<{histogram}}"
    lines = [
        Content.assemble(
            (f"expected calibration error (ECE) {percent(calibration.expected_error)}", "bold"),
            (": mean distance of accuracy from confidence", "$foreground-muted"),
        ),
        Content(""),
        Content.styled(heading, "$foreground-muted"),
    ]
    max_images = max(one.images for one in calibration.bins)
    lines += [_line(one, max_images, reliability, histogram) for one in calibration.bins if one.images]
    unused = sum(not one.images for one in calibration.bins)
    if unused:
        lines.append(Content.styled(f"no images in the other {unused} bins", "$foreground-muted"))
    lines += [Content(""), Content(_verdict(calibration, images))]
    return Content("\n").join(lines)


def _line(one: CalibrationBin, max_images: int, reliability: int, histogram: int) -> Content:
    gap = one.accuracy - one.confidence
    style = "$text-error" if gap < -OFF else "$text-warning" if gap > OFF else "$text-success"
    label = f"{100 * one.low:>3.0f}–{100 * one.high:.0f} %"
    marked = list(bar(one.accuracy, reliability))
    marked[min(reliability - 1, round(one.confidence * reliability))] = "│"
    figures = f"{percent(one.accuracy, 1):>8}{count(one.images):>8}"
    return Content.assemble(
        f"{label:<{LABEL}}",
        ("".join(marked), style),
        " ",
        (bar(one.images / max_images, histogram), "$text-primary"),
        figures,
    )


def _verdict(calibration: Calibration, images: int) -> str:
    confidence = sum(one.images * one.confidence for one in calibration.bins) / max(1, images)
    accuracy = sum(one.images * one.accuracy for one in calibration.bins) / max(1, images)
    verdict = "well calibrated"
    if abs(confidence - accuracy) >= WELL_CALIBRATED:
        verdict = "over-confident" if confidence > accuracy else "under-confident"
    return f"Mean confidence {percent(confidence, 1)}, accuracy {percent(accuracy, 1)}: {verdict}."
