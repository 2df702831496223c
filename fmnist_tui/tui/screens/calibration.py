"""Whether the network is as sure as it should be: a reliability diagram and a histogram of its confidence."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.evaluation.report import Calibration, CalibrationBin, Report
from fmnist_tui.formatting import count, percent
from fmnist_tui.tui.screens.page import PageScreen, heading_of
from fmnist_tui.tui.text import subject_of
from fmnist_tui.tui.widgets.bar import bar

LABEL, FIGURES = 10, 17
"""Columns before the bar, and of the figures behind it."""

OFF = 0.05
"""From so far off on, a bin's distance of accuracy from confidence is marked."""


class CalibrationScreen(PageScreen):
    """A line for each bin of confidence: how many images, how sure, how often right.

    Args:
        report: What was measured; has a calibration.
    """

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report = report
        self._lines = Static(id="calibration-lines")

    def heading(self) -> Content:
        return heading_of("Calibration", subject_of(self._report))

    def compose_page(self) -> ComposeResult:
        with VerticalScroll():
            yield self._lines

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._report.calibration is not None:
            self._lines.update(diagram(self._report.calibration, self._report.images, self.size.width - 4))


def diagram(calibration: Calibration, images: int, width: int) -> Content:
    """The whole page, so many columns wide."""
    room = max(20, width - LABEL - FIGURES)
    reliability, histogram = room * 2 // 3, room // 3 - 1
    heading = f"{'sure':<{LABEL}}{'right (│ where it should be)':<{reliability}} {'images':<{histogram}}"
    lines = [
        Content.assemble(
            ("expected calibration error (ECE) ", "bold"),
            (percent(calibration.expected_error), "bold"),
            (": by so much confidence and accuracy differ on average", "$foreground-muted"),
        ),
        Content(""),
        Content.styled(heading, "$foreground-muted"),
    ]
    most = max(one.images for one in calibration.bins)
    lines += [_line(one, most, reliability, histogram) for one in calibration.bins if one.images]
    unused = sum(not one.images for one in calibration.bins)
    if unused:
        lines.append(Content.styled(f"no image in the other {unused} bins", "$foreground-muted"))
    lines += [Content(""), Content(_verdict(calibration, images))]
    return Content("\n").join(lines)


def _line(one: CalibrationBin, most: int, reliability: int, histogram: int) -> Content:
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
        (bar(one.images / most, histogram), "$text-primary"),
        figures,
    )


def _verdict(calibration: Calibration, images: int) -> str:
    sure = sum(one.images * one.confidence for one in calibration.bins) / max(1, images)
    right = sum(one.images * one.accuracy for one in calibration.bins) / max(1, images)
    if abs(sure - right) < 0.005:
        return f"On average it is as sure as it should be: {percent(sure, 1)} sure, {percent(right, 1)} right."
    word = "too sure" if sure > right else "not sure enough"
    return f"On average it is {word}: {percent(sure, 1)} sure, {percent(right, 1)} right."
