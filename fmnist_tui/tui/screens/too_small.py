"""What is shown instead of the interface while the terminal is too small for it."""

from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from fmnist_tui.tui.bindings import bindings

MIN_COLUMNS, MIN_LINES = 60, 20


def is_too_small(size: Size) -> bool:
    """Return whether the interface can't be used at this size."""
    return size.width < MIN_COLUMNS or size.height < MIN_LINES


class TooSmallScreen(ModalScreen[None]):
    """Covers the interface until the terminal is large enough. An active run continues."""

    BINDINGS = bindings("too_small")

    def compose(self) -> ComposeResult:
        yield Static(id="too-small")

    def on_mount(self) -> None:
        self._follow_size()

    def on_resize(self) -> None:
        self._follow_size()

    def on_screen_resume(self) -> None:
        self._follow_size()  # the terminal was enlarged while a dialog covered this

    def _follow_size(self) -> None:
        if not is_too_small(self.app.size):
            if self.is_current:
                self.app.pop_screen()
            return
        columns, lines = self.app.size
        text = f"This terminal has {columns} × {lines} characters.\nfmnist-tui needs {MIN_COLUMNS} × {MIN_LINES}.\n\n"
        self.query_one("#too-small", Static).update(
            Content.assemble(text, ("Enlarge it, or press q to quit. A run continues.", "$foreground-muted"))
        )
