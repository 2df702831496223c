"""What the app needs to know of a view before anyone opens it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding

if TYPE_CHECKING:
    from fmnist_tui.tui.app import FmnistApp
    from fmnist_tui.tui.screens.view_screen import ViewScreen


@dataclass(frozen=True)
class View:
    """An entry of the tab line.

    Attributes:
        name: The name of the view's mode.
        key: The key that opens it.
        title: What its tab shows.
        tooltip: What its key does, for the keys page.
        order: Its place in the tab line; lower is further left.
        screen: Make its screen. It imports the screen's module, which must not happen before the first frame.
    """

    name: str
    key: str
    title: str
    tooltip: str
    order: int
    screen: "Callable[[FmnistApp], ViewScreen]"

    @property
    def binding(self) -> Binding:
        """The app's binding that opens the view."""
        action = f"switch_mode('{self.name}')"
        return Binding(self.key, action, self.title, show=False, tooltip=self.tooltip, id=f"app.{self.name}")
