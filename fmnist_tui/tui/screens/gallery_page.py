"""The base of pages with a gallery: a line of text above it."""

from textual.app import ComposeResult

from fmnist_tui.tui.screens.page_screen import PageScreen
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

    def compose_page(self) -> ComposeResult:
        yield self.note
        yield self.gallery
