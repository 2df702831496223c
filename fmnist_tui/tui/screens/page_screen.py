"""A page over a view: a title, a subject and the keys, until Esc or q."""

from abc import abstractmethod

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.errors import error_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.screens.panel_screen import PanelScreen
from fmnist_tui.tui.widgets.key_footer import KeyFooter
from fmnist_tui.tui.widgets.paragraph import Paragraph


class PageScreen(PanelScreen):
    """A page that returns to the view it was opened from.

    Args:
        title: The kind of page.
        subject: What the page shows.

    Attributes:
        note: A line of text that most pages yield above the rest.
    """

    BINDINGS = bindings("page")

    def __init__(self, title: str, subject: str) -> None:
        super().__init__()
        self._heading = Content.assemble((f" {title} ", "bold $text-accent"), f" {subject}")
        self.note = Paragraph(classes="page-note")

    def compose(self) -> ComposeResult:
        yield Static(self._heading, classes="page-heading")
        yield from self.compose_page()
        yield KeyFooter()

    @work(exclusive=True, group="leaving")
    async def action_back(self) -> None:
        """Close the page."""
        if await self.may_close():
            self.app.pop_screen()

    def show_note(self, text: str) -> None:
        """Show a plain text in the note."""
        self.note.update(Content(text))

    def show_error(self, error: BaseException) -> None:
        """Show an error in the note."""
        self.show_problem(error_line(error))

    def show_problem(self, text: str) -> None:
        """Show a plain text as an error in the note."""
        self.note.update(Content.styled(f"✗ {text}", "$text-error"))

    async def may_close(self) -> bool:
        """Return whether the page may be closed; a page with something unsaved asks."""
        return True

    @abstractmethod
    def compose_page(self) -> ComposeResult:
        """Yield the widgets between the heading and the footer."""
