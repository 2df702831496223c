"""A page over a view: a title, a subject and the keys, until Esc or q."""

from abc import abstractmethod
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from fmnist_tui.tui.widgets.key_footer import KeyFooter


class PageScreen(Screen[None]):
    """A page that returns to the view it was opened from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # q quits only from a view: on a page it means back to the view.
        Binding("escape,q", "back", "Back", tooltip="Close the page", id="page.back"),
    ]

    def compose(self) -> ComposeResult:
        yield Static(self.heading(), classes="page-heading")
        yield from self.compose_page()
        yield KeyFooter()

    @work(exclusive=True, group="leaving")
    async def action_back(self) -> None:
        """Close the page."""
        if await self.may_close():
            self.app.pop_screen()

    async def may_close(self) -> bool:
        """Return whether the page may be closed; a page with something unsaved asks."""
        return True

    @abstractmethod
    def heading(self) -> Content:
        """Return the title and subject on one line."""

    @abstractmethod
    def compose_page(self) -> ComposeResult:
        """Yield the widgets between the heading and the footer."""


def heading_of(what: str, about: str) -> Content:
    """Return a styled heading of two plain texts."""
    return Content.assemble((f" {what} ", "bold $text-accent"), f" {about}")
