"""What the views share: the tab line above, the keys below, and drawing only while they are showing."""

from abc import abstractmethod

from textual.app import ComposeResult
from textual.screen import Screen

from fmnist_tui.runs.snapshot import Snapshot
from fmnist_tui.tui.widgets.key_footer import KeyFooter
from fmnist_tui.tui.widgets.tab_line import TabLine


class ViewScreen(Screen[None]):
    """One of the views. The app's snapshot reaches it whether it shows or not; it draws when it shows.

    Attributes:
        VIEW: The name of the view's mode.
    """

    VIEW: str

    def compose(self) -> ComposeResult:
        yield TabLine(self.VIEW)
        yield from self.compose_view()
        yield KeyFooter()

    @abstractmethod
    def compose_view(self) -> ComposeResult:
        """What stands between the tab line and the footer."""

    def on_mount(self) -> None:
        self.watch(self.app, "snapshot", self._snapshot_changed, init=False)

    @property
    def is_showing(self) -> bool:
        """Whether the user sees the view, be it behind a dialog."""
        return self in self.app.screen_stack

    def run_moved(self, before: Snapshot | None, snapshot: Snapshot | None) -> None:
        """Called with the run's news while the view is showing."""

    def _snapshot_changed(self, before: Snapshot | None, snapshot: Snapshot | None) -> None:
        if self.is_showing:
            self.run_moved(before, snapshot)
            if before is None or snapshot is None or before.state is not snapshot.state:
                self.refresh_bindings()
