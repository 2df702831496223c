"""The base of pages with a gallery: a line of text above it."""

from textual.app import ComposeResult

from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.widgets.gallery import Gallery
from fmnist_tui.tui.widgets.gallery_browser import GalleryBrowser


class GalleryPage(PageScreen):
    """A gallery below a note.

    Args:
        title: The kind of page.
        subject: What the page shows.
        has_classes: Whether the captions show the most probable classes.
    """

    def __init__(self, title: str, subject: str, *, has_classes: bool = False) -> None:
        super().__init__(title, subject)
        self.gallery = Gallery(has_classes=has_classes)
        self.gallery.border_title = "Images: true class, then the predicted ones" if has_classes else "Images"

    def compose_page(self) -> ComposeResult:
        yield self.note
        yield GalleryBrowser(self.gallery)

    def on_mount(self) -> None:
        self.set_focus(self.gallery)
