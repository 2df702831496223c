"""Lines of styled text of which only what changed is drawn again: a live view moves a few figures at a time.

The interface shares the cores with the training, which waits for each millisecond that drawing takes. With a widget for
every figure, most of it went into the widgets.
"""

from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region

from fmnist_tui.tui.widgets.line_widget import LineWidget

Part = tuple[str, str]
"""A text without control characters, and the component class that it is written in; "" for the widget's own style."""

Line = Sequence[Part]


class StyledLines(LineWidget):
    """Shows the lines that were written last, cut off at the widget's edges."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: Sequence[Line] = ()

    @property
    def text(self) -> str:
        """The text without its styles."""
        return "\n".join("".join(text for text, _style in line) for line in self._lines)

    def write(self, lines: Sequence[Line]) -> None:
        """Show lines."""
        before, self._lines = self._lines, lines
        pairs = enumerate(zip_longest(before, lines, fillvalue=()))
        changed = [changed_part(old, new, y, self.size.width) for y, (old, new) in pairs if old != new]
        if changed:
            self.refresh(*changed)

    def redraw(self) -> None:
        """Write the lines for the size of the widget; called when it changes."""

    def on_resize(self) -> None:
        self.redraw()

    def draw_line(self, y: int) -> list[Segment]:
        line = self._lines[y] if y < len(self._lines) else ()
        return [Segment(text, self.style_of(component)) for text, component in line]


def changed_part(old: Line, new: Line, y: int, width: int) -> Region:
    """Where a line differs from the one before, to the part."""
    left = first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        left += cell_len(new[first][0])
        first += 1
    right = width
    if sum(cell_len(text) for text, _style in old) == sum(cell_len(text) for text, _style in new):
        last = 1
        while last <= min(len(old), len(new)) - first and old[-last] == new[-last]:
            last += 1
        right = left + sum(cell_len(text) for text, _style in new[first : len(new) - last + 1])
    return Region(left, y, max(1, right - left), 1)
