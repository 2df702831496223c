"""The base of all views: the tab line above, the keys below, and drawing only while visible."""

from abc import abstractmethod

from textual import events, on
from textual.app import ComposeResult

from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.tui.screens.panel_screen import PanelScreen
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.key_footer import KeyFooter
from fmnist_tui.tui.widgets.tab_line import TabLine


class ViewScreen(PanelScreen):
    """A view. It receives the app's snapshots always, and draws them only while it is visible.

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
        """Yield the widgets between the tab line and the footer."""

    def on_mount(self) -> None:
        self.watch(self.app, "snapshot", self._snapshot_changed, init=False)

    @on(events.ScreenResume)
    def _keep_styles(self, event: events.ScreenResume) -> None:
        """Do not apply the style sheets to every widget again: `switch_mode` did if they had changed."""
        event.refresh_styles = False

    def action_step(self, choice: str, steps: int) -> None:
        self.query_one(choice, Choice).action_step(steps)

    def snapshot_changed(self, before: RunSnapshot | None, snapshot: RunSnapshot | None) -> None:
        """Called when the run's snapshot changed while the view is visible."""

    def _snapshot_changed(self, before: RunSnapshot | None, snapshot: RunSnapshot | None) -> None:
        if self in self.app.screen_stack:  # visible, possibly behind a dialog
            self.snapshot_changed(before, snapshot)
            if before is None or snapshot is None or before.state is not snapshot.state:
                self.refresh_bindings()
