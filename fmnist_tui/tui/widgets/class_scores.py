"""Precision, recall and F1 of each class as bars with figures, and its number of images."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from fmnist_tui.evaluation.report import ClassScore
from fmnist_tui.formatting import count, percent
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.bar import bar

NAME, FIGURE, SUPPORT = 12, 7, 8
"""Columns: a class's name, "100.0 %", and how many images there are of it."""

MIN_BAR, MAX_BAR = 4, 30
"""Columns of a bar."""

MEASURES = (("precision", "$text-primary"), ("recall", "$text-secondary"), ("F1", "$text-accent"))


class ClassScores(Static):
    """A line for each class, as wide as the widget."""

    def __init__(self) -> None:
        super().__init__(id="class-scores")
        self._scores: Sequence[ClassScore] = ()

    def on_resize(self) -> None:
        self._draw()

    def show(self, scores: Sequence[ClassScore]) -> None:
        """Show scores; an empty sequence hides the widget."""
        self._scores = scores
        self.display = bool(scores)
        self._draw()

    def _draw(self) -> None:
        room = (self.content_size.width - NAME - SUPPORT) // len(MEASURES) - FIGURE - 2
        length = max(MIN_BAR, min(MAX_BAR, room))
        self.update(Content("\n").join([_heading(length), *(_line(score, length) for score in self._scores)]))


def _heading(length: int) -> Content:
    names = "".join(f" {name:<{FIGURE + length + 1}}" for name, _style in MEASURES)
    return Content.styled(f"{'class':<{NAME}}{names}{'images':>{SUPPORT}}", "$foreground-muted")


def _line(score: ClassScore, length: int) -> Content:
    parts: list[str | tuple[str, str]] = [f"{one_line(score.name)[: NAME - 1]:<{NAME}}"]
    for share, (_name, style) in zip((score.precision, score.recall, score.f1), MEASURES, strict=True):
        parts += [f"{percent(share, 1):>{FIGURE}} ", (bar(share, length), style), " "]
    return Content.assemble(*parts, f"{count(score.support):>{SUPPORT}}")
