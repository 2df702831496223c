"""A Train view without form and live run, for tests of everything else: an app starts in a sixth of the time."""

from textual.app import ComposeResult
from textual.binding import Binding

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.controller import RunController
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.tui.messages import FirstViewReady, StartRequested
from fmnist_tui.tui.screens.view_screen import ViewScreen
from fmnist_tui.tui.widgets.start_offer import Offer


class BlankScreen(ViewScreen):
    """Stands in for the `TrainScreen`: s starts a run, and nothing is shown."""

    VIEW = "train"

    BINDINGS = [Binding("s", "start")]  # noqa: RUF012

    def __init__(self, _engine: Engine, _controller: RunController, config: RunConfig) -> None:
        super().__init__()
        self.config = config

    def compose_view(self) -> ComposeResult:
        return iter(())

    def on_mount(self) -> None:
        self.post_message(FirstViewReady())

    def action_start(self) -> None:
        self.post_message(StartRequested(self.config))

    async def show_config(self, config: RunConfig) -> None:
        """Fill the form that is not there."""
        self.config = config

    def show_run(self) -> None:
        """Called when a run was started."""

    def show_offer(self, offer: Offer | None) -> None:
        """Called when there is a run to go on with."""
