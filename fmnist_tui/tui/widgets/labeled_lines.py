"""Texts, each after its label: what takes several lines continues below its own beginning."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content

from fmnist_tui.tui.widgets.paragraph import Paragraph

MIN_TEXT_WIDTH = 10
"""Columns for the texts, however narrow the widget is."""


class LabeledText(NamedTuple):
    """A label and a text; without a label the text takes the whole width."""

    label: Content
    text: Content


class LabeledLines(Paragraph):
    """Wraps each text for the width that it has.

    Args:
        label_width: The columns of the labels.
    """

    def __init__(self, label_width: int) -> None:
        super().__init__()
        self._label_width = label_width
        self._rows: Sequence[LabeledText] = ()

    def show(self, rows: Sequence[LabeledText]) -> None:
        """Show texts."""
        self._rows = rows
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        self.update(wrapped(self._rows, self._label_width, self.content_size.width))


def wrapped(rows: Sequence[LabeledText], label_width: int, width: int) -> Content:
    """Return the lines of texts in a given width, each continued below its beginning."""
    lines: list[Content] = []
    for label, text in rows:
        if not label:
            lines.append(text)
            continue
        indent = Content(" " * label_width)
        first, *others = text.wrap(max(MIN_TEXT_WIDTH, width - label_width))
        lines += [label.pad_right(label_width - label.cell_length) + first, *(indent + other for other in others)]
    return Content("\n").join(lines)
