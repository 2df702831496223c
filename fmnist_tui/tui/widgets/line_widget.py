"""A widget that draws itself line by line."""

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget


class LineWidget(Widget):
    """Shows the segments that `draw_line` returns, cut off or filled up to the widget's width.

    A subclass may cache lines in `_drawn`, which is cleared when the colors change.
    """

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._drawn: dict[int, list[list[Segment]]] = {}

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._drawn.clear()

    def draw_line(self, y: int) -> Iterable[Segment]:
        """Return the segments of line `y`; none if it is below the last."""
        raise NotImplementedError

    def style_of(self, component: str = "") -> Style:
        """Return the style of a component class, or else the widget's own."""
        return (self.get_visual_style(component) if component else self.visual_style).rich_style

    def render(self) -> str:
        return ""  # unused: `render_line` draws this widget

    def render_line(self, y: int) -> Strip:
        return Strip(self.draw_line(y)).adjust_cell_length(self.size.width, self.style_of())
