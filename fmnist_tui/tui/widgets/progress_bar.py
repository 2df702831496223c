"""A progress bar on one line: a label, a share and a note."""

from fmnist_tui.tui.widgets.styled_lines import StyledLines

FULL, EMPTY = "━", "─"


class ProgressBar(StyledLines):
    """Draws a share from 0 to 1. The caller provides the time left, as the note."""

    COMPONENT_CLASSES = {"progress-bar--text", "progress-bar--running", "progress-bar--done", "progress-bar--left"}

    LABEL_WIDTH = 17
    NOTE_WIDTH = 20

    def __init__(self, label: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._shown = (label, 0.0, "")

    def show(self, label: str, share: float, note: str) -> None:
        """Show a state."""
        shown = (label, min(1.0, max(0.0, share)), note)
        if shown != self._shown:
            self._shown = shown
            self.redraw()

    def redraw(self) -> None:
        label, share, note = self._shown
        room = max(4, self.size.width - self.LABEL_WIDTH - self.NOTE_WIDTH - 7)
        full = round(share * room)
        self.write(
            [
                [
                    (f"{label:<{self.LABEL_WIDTH}.{self.LABEL_WIDTH}}", "progress-bar--text"),
                    (FULL * full, "progress-bar--done" if share >= 1 else "progress-bar--running"),
                    (EMPTY * (room - full), "progress-bar--left"),
                    (f"{100 * share:5.0f} %", ""),
                    (f"{note:>{self.NOTE_WIDTH}.{self.NOTE_WIDTH}}", "progress-bar--text"),
                ]
            ]
        )
