"""What the app needs to know of a view before anyone opens it."""

from collections.abc import Callable
from dataclasses import dataclass

from textual.binding import Binding
from textual.screen import Screen

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.runs.snapshot import RunSnapshot


@dataclass(frozen=True)
class ViewContext:
    """What a view may use of the app.

    Attributes:
        engine: Runs what needs torch.
        train_screen: The screen of the first view, which exists from the start.
        snapshot: Return the state of the newest run; None before the first run.
        config: Return the config in the form.
    """

    engine: Engine
    train_screen: Screen[None]
    snapshot: Callable[[], RunSnapshot | None]
    config: Callable[[], RunConfig]


@dataclass(frozen=True)
class View:
    """An entry of the tab line.

    Attributes:
        name: The name of the view's mode.
        key: The key that opens it.
        title: What its tab shows.
        tooltip: What its key does, for the keys page.
        order: Its place in the tab line; lower is further left.
        screen: Make its screen, a `ViewScreen`, whose module must not be imported before the first frame.
    """

    name: str
    key: str
    title: str
    tooltip: str
    order: int
    screen: Callable[[ViewContext], Screen[None]]

    @property
    def binding(self) -> Binding:
        """The app's binding that opens the view."""
        action = f"switch_mode('{self.name}')"
        return Binding(self.key, action, self.title, show=False, tooltip=self.tooltip, id=f"view.{self.name}")
