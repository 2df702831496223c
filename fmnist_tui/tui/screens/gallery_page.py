"""The base of pages with a gallery: a line of text above it."""

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.tui.screens.page import PageScreen
from fmnist_tui.tui.text import explain
from fmnist_tui.tui.widgets.gallery import CAPTION_LINES, Gallery

MOVES = "←→↑↓ PgUp PgDn"
"""The gallery's keys, shown in the line above it."""


class GalleryPage(PageScreen):
    """A gallery below a note.

    Args:
        title: The kind of page.
        subject: What the page shows.
        caption_lines: Lines below each image.
    """

    def __init__(self, title: str, subject: str, caption_lines: int = CAPTION_LINES) -> None:
        super().__init__(title, subject)
        self.gallery = Gallery(caption_lines)
        self._note = Static(classes="page-note")

    def compose_page(self) -> ComposeResult:
        yield self._note
        yield self.gallery

    def show_note(self, text: str) -> None:
        """Show a plain text above the gallery."""
        self._note.update(Content(text))

    def show_error(self, error: BaseException) -> None:
        """Show why there are no images."""
        self._note.update(Content.styled(f"✗ {explain(error)}", "$text-error"))
