"""A run again as it was trained: the live view of its log, played faster, with pause and seeking."""

import asyncio
import time
from collections.abc import Callable

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.worker import Worker

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.replay_player import ReplayPlayer
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import percent
from fmnist_tui.interface_options import ReplayOptions
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import full_title_of
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.runs.timeline import Timeline, read_timeline
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.messages import ConfigChosen
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.widgets.dashboard import Dashboard
from fmnist_tui.tui.widgets.run_config import RunConfigPanel
from fmnist_tui.tui.widgets.seek_bar import SeekBar

FRAME_SECONDS, SLOW_FRAME_SECONDS = 0.1, 0.5
"""The time between two frames; the longer one while a run of this process trains, which waits for each."""


class _PageClosedError(Exception):
    """Ends the reading of a long log whose replay nobody waits for."""


class ReplayScreen(PageScreen):
    """Plays a run from its log alone: no engine, and whatever else trains meanwhile is not concerned.

    Args:
        options: The run, and how the replay begins.
        clock: Returns seconds since any start.
    """

    HELP = (
        "A run as it was trained, from its log. Pauses, and the time until a resume, are shortened to two seconds. "
        "Nothing is trained, and the run is not changed."
    )

    BINDINGS = bindings("replay")

    class LogRead(Message):
        """A further part of the log is read."""

        def __init__(self, share: float) -> None:
            super().__init__()
            self.share = share

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ReplayScreen.LogRead)

    def __init__(self, options: ReplayOptions, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = RunFolder(options.run)
        super().__init__("Replay", one_line(full_title_of(self._folder)))
        self._options, self._clock = options, clock
        self._player: ReplayPlayer | None = None
        self._config: RunConfig | None = None
        self._shown: RunSnapshot | None = None
        self._was_playing = self._is_training = False
        self._reading: Worker[None] | None = None
        self._next_frame: Timer | None = None
        self._bar, self._dashboard, self._config_panel = SeekBar(), Dashboard(is_live=False), RunConfigPanel()

    def compose_page(self) -> ComposeResult:
        yield self.note
        yield self._bar
        with Horizontal(id="replay-body"):
            yield self._dashboard
            yield self._config_panel

    def on_mount(self) -> None:
        self.query_one("#replay-body").display = self._bar.display = False  # until there is something to show
        self.show_note("Reading the log…")
        self.watch(self.app, "snapshot", self._run_changed)
        self._reading = self._read()

    def _run_changed(self, snapshot: RunSnapshot | None) -> None:
        self._is_training = snapshot is not None and not snapshot.state.is_over

    @work(exclusive=True)
    async def _read(self) -> None:
        await self._dashboard.mount_fields()
        await self._config_panel.mount_fields()
        try:
            timeline, config = await asyncio.to_thread(self._timeline_and_config)
            start = timeline.start_of(self._options.from_epoch)
        except _PageClosedError:
            return
        except UserError as error:
            self.show_error(error)
            return
        self._player, self._config = ReplayPlayer(timeline, self._options.speed, self._clock), config
        self.show_note("The log ends here: the run crashed, or it is still being trained.")
        self.query_one("#replay-body").display = self._bar.display = True
        self.set_focus(self._bar)
        self._player.seek(start)
        self._player.play()
        self._draw()

    def _timeline_and_config(self) -> tuple[Timeline, RunConfig]:
        """Read the run, on a thread."""
        timeline = read_timeline(self._folder, self._on_progress)
        started = timeline.end.first
        return timeline, self._folder.config() if started is None else started.config

    def _on_progress(self, share: float) -> None:
        if not self.is_attached:
            raise _PageClosedError
        self.post_message(self.LogRead(share))

    @on(LogRead)
    def _show_progress(self, event: LogRead) -> None:
        if self._reading is not None and self._reading.is_running:  # else what came of it is shown
            self.show_note(f"Reading the log… {percent(event.share, 0)}")

    def on_screen_suspend(self) -> None:
        """Wait while something else is shown."""
        if self._player is not None:
            self._player.pause()

    def on_screen_resume(self) -> None:
        self._draw()

    # Drawing

    def _draw(self) -> None:
        """Draw, and again soon if it plays."""
        if self._next_frame is not None:
            self._next_frame.stop()
            self._next_frame = None
        player, config = self._player, self._config
        if player is None or config is None:
            return
        self._bar.show(player)
        self.note.display = player.is_at_end and player.timeline.end.ended is None
        snapshot, before = player.snapshot, self._shown
        if snapshot is not before:
            self._shown = snapshot
            config = snapshot.started.config if snapshot.started else config
            self._dashboard.show(snapshot, config)
            self._config_panel.show(config)
        if player.is_playing:
            self._next_frame = self.set_timer(SLOW_FRAME_SECONDS if self._is_training else FRAME_SECONDS, self._draw)
        if player.is_playing != self._was_playing or before is None or snapshot.findings != before.findings:
            self._was_playing = player.is_playing
            self.refresh_bindings()

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        player = self._player
        match action:
            case "pause":
                return player is not None and player.is_playing
            case "play":
                return player is not None and not player.is_playing
            case "seek_epoch" | "seek_report" | "seek_edge" | "change_speed" | "learning":
                return player is not None or None
            case "apply":
                return self._advised() is not None
        return super().check_action(action, parameters)

    def _act(self, act: Callable[[ReplayPlayer], object]) -> None:
        if self._player is not None:
            act(self._player)
            self._draw()

    def action_pause(self) -> None:
        self._act(ReplayPlayer.pause)

    def action_play(self) -> None:
        self._act(ReplayPlayer.play)

    def action_seek_epoch(self, steps: int) -> None:
        self._act(lambda player: player.seek_epoch(steps))

    def action_seek_report(self, steps: int) -> None:
        self._act(lambda player: player.seek_report(steps))

    def action_seek_edge(self, share: float) -> None:
        self._act(lambda player: player.seek(share * player.timeline.duration))

    @on(SeekBar.Sought)
    def _sought(self, event: SeekBar.Sought) -> None:
        self.action_seek_edge(event.share)

    def action_change_speed(self, steps: int) -> None:
        self._act(lambda player: player.change_speed(steps))

    def action_learning(self) -> None:
        """Show what the network had learned by this moment."""
        from fmnist_tui.tui.screens.learning import LearningScreen

        learned = None if self._shown is None else self._shown.learned
        self.app.push_screen(LearningScreen(self._folder, 1 if learned is None else learned.epoch))

    def action_apply(self) -> None:
        config = self._advised()
        if config is not None:
            self.app.pop_screen()
            self.app.post_message(ConfigChosen(config))

    def _advised(self) -> RunConfig | None:
        """Return the run's config with the fix for the first finding of this moment; None if there is none."""
        snapshot = self._shown
        if snapshot is None or snapshot.started is None or not snapshot.findings:
            return None
        return snapshot.findings[0].applied_to(snapshot.started.config)
