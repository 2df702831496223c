"""How the changes of a run reach the interface and the terminal: no faster than drawing allows, and its end as news."""

from collections.abc import Callable

from textual.timer import Timer

from fmnist_tui.engine.controller import RunController, RunSource
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.tui.preferences import Preferences
from fmnist_tui.tui.redraw_throttle import RedrawThrottle
from fmnist_tui.tui.terminal.notice import SECONDS_UNTIL_AWAY, end_notice
from fmnist_tui.tui.terminal.run_display import RunDisplay
from fmnist_tui.tui.terminal_app import TerminalApp


class RunUpdates:
    """Takes the snapshots of a run from the controller, and gives them to the interface.

    Args:
        app: The interface.
        controller: Has the run.
        preferences: How the end of a run is reported to a user who is looking elsewhere.
        show: Receives each snapshot that is to be drawn.
        ended: Called with the last snapshot of a run of this process.
    """

    def __init__(
        self,
        app: TerminalApp,
        controller: RunController,
        preferences: Preferences,
        show: Callable[[RunSnapshot | None], object],
        ended: Callable[[RunSnapshot], object],
    ) -> None:
        self._app, self._controller, self._preferences = app, controller, preferences
        self._show, self._ended = show, ended
        self._display = RunDisplay(app.terminal_features, app.write_control)
        self._throttle = RedrawThrottle()
        self._timer: Timer | None = None
        self._shown: RunSnapshot | None = None

    def begin(self) -> None:
        """Show in the terminal that there is no run yet."""
        self._display.show(None)

    def changed(self) -> None:
        """Draw the run as soon as a frame is due; another state at once."""
        is_another_state = self._shown is None or self._controller.state is not self._shown.state
        wait = 0.0 if is_another_state else self._throttle.wait()
        if wait <= 0:  # Textual can't run a timer of 0 s
            self.draw()
        elif self._timer is None:
            self._timer = self._app.set_timer(wait, self.draw)

    def draw(self) -> None:
        """Draw the run now."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._throttle.begin()
        before, self._shown = self._shown, self._controller.take()
        self._show(self._shown)
        self._display.show(self._shown, self._controller.labels.name)
        if self._shown is not None and self._has_just_ended(before, self._shown):
            self._report_end(self._shown)

    def _has_just_ended(self, before: RunSnapshot | None, snapshot: RunSnapshot) -> bool:
        """Return whether the run's end is news: one that is watched may have been over for long."""
        if snapshot.ended is None or snapshot is before:
            return False
        if self._controller.source is RunSource.OWN:
            return True
        return before is not None and before.started is not None and not before.state.is_over

    def _report_end(self, snapshot: RunSnapshot) -> None:
        app, name = self._app, self._controller.labels.name
        if self._controller.source is RunSource.OWN:
            self._ended(snapshot)
        is_in_train = app.current_mode == "train"
        is_looking = app.app_focus and is_in_train and app.seconds_since_input < SECONDS_UNTIL_AWAY
        if not is_looking:
            app.write_control(end_notice(snapshot, self._preferences.notifications, app.terminal_features, name))
        if not is_in_train:
            app.notify(f"The run has {snapshot.state}. t shows it.", markup=False)
