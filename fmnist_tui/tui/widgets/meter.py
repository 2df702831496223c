"""A progress bar on one line: what it is about, how far it is, how long it will take."""

from textual.content import Content
from textual.widget import Widget

FULL, EMPTY = "━", "─"


class Meter(Widget):
    """Draws a share from 0 to 1. It keeps no clock: how long is left is told from outside."""

    LABEL_WIDTH = 8
    NOTE_WIDTH = 22

    def __init__(self, label: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._shown = (label, 0.0, "")

    def show(self, label: str, share: float, note: str) -> None:
        """Shows another state."""
        shown = (label, min(1.0, max(0.0, share)), note)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render(self) -> Content:
        label, share, note = self._shown
        room = max(4, self.size.width - self.LABEL_WIDTH - self.NOTE_WIDTH - 7)
        full = round(share * room)
        return Content.assemble(
            (f"{label:<{self.LABEL_WIDTH}.{self.LABEL_WIDTH}}", "$foreground-muted"),
            (FULL * full, "$success" if share >= 1 else "$primary"),
            (EMPTY * (room - full), "$foreground-disabled"),
            f"{100 * share:5.0f} %",
            (f"{note:>{self.NOTE_WIDTH}.{self.NOTE_WIDTH}}", "$foreground-muted"),
        )
