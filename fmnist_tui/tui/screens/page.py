"""What lies over a view until Esc or q: a title, one subject below it, the keys."""

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
    """A page of its own; the view that it was opened from is there again behind it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # q quits from a view only: whoever wants to leave a page wants to see the view behind it.
        Binding("escape,q", "back", "Back", tooltip="Back to where you came from", id="page.back"),
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
        """What the page is about, on one line."""

    @abstractmethod
    def compose_page(self) -> ComposeResult:
        """What stands between the heading and the footer."""


def heading_of(what: str, about: str) -> Content:
    """A heading of the usual look; both texts are plain."""
    return Content.assemble((f" {what} ", "bold $text-accent"), f" {about}")
