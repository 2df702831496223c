"""Lines of styled text of which only what changed is drawn again: a live view moves a few figures at a time.

The interface shares the cores with the training, which waits for each millisecond that drawing takes. With a widget for
every figure, most of it went into the widgets.
"""

from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

Part = tuple[str, str]
"""A text without control characters, and the component class that it is written in; "" for the widget's own style."""

Line = Sequence[Part]


class StyledLines(Widget):
    """Shows the lines that were written last, cut off at the widget's edges."""

    ALLOW_SELECT = False

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

    def render(self) -> str:
        return ""  # unused: `render_line` draws this widget

    def render_line(self, y: int) -> Strip:
        own = self.visual_style.rich_style
        line = self._lines[y] if y < len(self._lines) else ()
        segments = [Segment(text, self._style(name) if name else own) for text, name in line]
        return Strip(segments).adjust_cell_length(self.size.width, own)

    def _style(self, name: str) -> Style:
        return self.get_visual_style(name).rich_style


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
