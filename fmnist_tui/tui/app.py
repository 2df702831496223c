"""The application: its views, its keys, and the state that outlives a view."""

import asyncio
import logging
import shlex
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.reactive import var
from textual.screen import Screen

from fmnist_tui.config import command_for
from fmnist_tui.engine.controller import RunController
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import UserError, error_line
from fmnist_tui.formatting import counted
from fmnist_tui.interface_options import InterfaceOptions, ReplayOptions
from fmnist_tui.runs.lock import is_being_written
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.background_runs import BackgroundRuns
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.failure import CAUSE, LastResort, cause_of
from fmnist_tui.tui.messages import (
    BackgroundRequested,
    CheckpointChosen,
    CommandRequested,
    ComparisonRequested,
    ConfigChosen,
    ExportRequested,
    FirstViewReady,
    FormEdited,
    LabelsUnused,
    OfferDismissed,
    QueueRequested,
    ResumeRequested,
    RunChosen,
    SnapshotChanged,
    StartRequested,
    SweepRequested,
    TerminalLost,
    WatchRequested,
)
from fmnist_tui.tui.palette import PROVIDERS
from fmnist_tui.tui.preferences import stored_preferences
from fmnist_tui.tui.quitting import HANG_UP, QuitController
from fmnist_tui.tui.run_dialogs import RunDialogs
from fmnist_tui.tui.run_updates import RunUpdates
from fmnist_tui.tui.screens.too_small import TooSmallScreen, is_too_small
from fmnist_tui.tui.screens.train import TrainScreen
from fmnist_tui.tui.session_memory import SessionMemory
from fmnist_tui.tui.terminal_app import TerminalApp
from fmnist_tui.tui.views import VIEWS, View, ViewContext
from fmnist_tui.tui.widgets.start_offer import find_offer

if TYPE_CHECKING:
    from fmnist_tui.tui.tour import TourPanel

logger = logging.getLogger(__name__)

STYLE_SHEETS: list[str | PurePath] = sorted(Path(__file__).parent.rglob("*.tcss"))


class FmnistApp(TerminalApp):
    """The interface.

    Args:
        engine: The compute side.
        data: The location of the images, or "demo", with which the form begins; None for the last one.
        dataset: The dataset with which the form begins; None for the last one.
        theme: The theme of this session; None for the last one.
        replay: The run that is replayed at first.

    Raises:
        UserError: An argument is invalid.

    Attributes:
        preferences: What is remembered from one start to the next.
        snapshot: The state of the newest run, for watchers; None before the first run.
        engine_status: The state of the engine in the tab line.
        failure: The first unhandled error, which ends the interface.
        last_resort: Ends the process if a failed interface can't close; None if the caller does.
    """

    TITLE = "fmnist-tui"
    CSS_PATH = STYLE_SHEETS
    DEFAULT_MODE = "train"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (160, "-huge")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]

    COMMANDS = PROVIDERS

    BINDINGS = [*(view.binding for view in VIEWS.values()), *bindings("app")]

    # `var`, not `reactive`: these are watched, and a change must not repaint the whole screen
    snapshot: var[RunSnapshot | None] = var(None, always_update=True)
    engine_status: var[str] = var("loading engine…")

    def __init__(
        self,
        engine: Engine,
        data: str | None = None,
        dataset: str | None = None,
        theme: str | None = None,
        replay: ReplayOptions | None = None,
    ) -> None:
        super().__init__()
        self.preferences = stored_preferences()
        self._memory = SessionMemory(self, self.preferences, InterfaceOptions(data, dataset, theme))
        self.theme = self._memory.theme()
        first = self._memory.config()
        self._replay = replay
        self.engine = engine
        self.controller = RunController(engine, self._announce)
        self._background = BackgroundRuns(self, self.controller)
        self._quitting = QuitController(self, self.controller, self._background)
        dialogs = RunDialogs(self, engine, self.controller)
        self._updates = RunUpdates(
            self, self.controller, self.preferences, partial(setattr, self, "snapshot"), dialogs.run_ended
        )
        self._tour: TourPanel | None = None
        self.failure: Exception | None = None
        self.last_resort: LastResort | None = None
        train = self.train_screen = TrainScreen(engine, self.controller, first)
        self._view_context = ViewContext(engine, train, lambda: self.snapshot, lambda: train.config)

    def get_default_screen(self) -> TrainScreen:
        return self.train_screen

    def _screen_of(self, view: View) -> Screen[None]:
        screen = view.screen(self._view_context)
        # Textual would parse and apply all style sheets twice more for a new view, none of which has any of its own.
        screen._css_update_count = self._css_update_count
        return screen

    def on_mount(self) -> None:
        for view in VIEWS.values():  # not earlier: Textual applies all style sheets again to a mode's first screen
            self.add_mode(view.name, partial(self._screen_of, view))
        self.apply_keymap()
        self._memory.watch()
        self._updates.begin()
        self._quitting.watch_signals()

    def on_unmount(self) -> None:
        self._quitting.close()

    def _handle_exception(self, error: Exception) -> None:
        """Save the run and exit.

        Textual calls this for every unhandled error. Its own method would print the traceback with all local variables
        on the terminal, and the run would end with the process.
        """
        self.fail(error)
        if self._exception is None:
            self._exception = error
            self._exception_event.set()  # a test's pilot waits for it
        if self.last_resort is not None:
            self.last_resort.start(error)
        self._return_code = 1
        self._close_messages_no_wait()

    def fail(self, error: Exception) -> None:
        """Log an unhandled error, and stop the active run."""
        if self.controller.is_active:
            self.controller.stop(CAUSE)
        logger.error("the interface failed", exc_info=cause_of(error))
        self.failure = self.failure or error

    # What is remembered

    @on(FirstViewReady)  # not earlier: the view would delay the first frame
    async def _restore_view(self) -> None:
        """Show the view of the last session, unless the user is faster or there is a run to be seen."""
        if self._replay is not None:
            await self._show_replay(self._replay)
        elif self.input_at is None and self.controller.snapshot is None and self.preferences.view in VIEWS:
            await self.switch_mode(self.preferences.view)

    async def _show_replay(self, replay: ReplayOptions) -> None:
        from fmnist_tui.tui.screens.replay import ReplayScreen

        await self._run_chosen(RunChosen(replay.run))
        self.push_screen(ReplayScreen(replay))

    @on(FormEdited)
    def _store_form(self, message: FormEdited) -> None:
        self._memory.store_form(message.config)

    def on_resize(self, event: events.Resize) -> None:
        if is_too_small(event.size) and not any(isinstance(screen, TooSmallScreen) for screen in self.screen_stack):
            self.push_screen(TooSmallScreen())

    # The engine

    @on(FirstViewReady)  # not earlier: importing torch slows everything else down
    @work
    async def _load_engine(self) -> None:
        try:
            info = await asyncio.wrap_future(self.engine.load())
        except Exception as error:  # noqa: BLE001 - without torch, runs can still be viewed
            self.engine_status = "no engine"
            self.show_error(error_line(error))
        else:
            version = info.torch_version.partition("+")[0]  # without the CUDA version of the build
            self.engine_status = f"torch {version} · {info.device} · {counted(info.threads, 'thread')}"

    # The run

    def _announce(self) -> None:
        """Called on the compute thread."""
        with suppress(RuntimeError):  # the app has exited, and the run continues without it
            self.post_message(SnapshotChanged())

    def on_snapshot_changed(self) -> None:
        self._updates.changed()

    @on(StartRequested)
    @on(ResumeRequested)
    @on(WatchRequested)
    async def _launch(self, message: StartRequested | ResumeRequested | WatchRequested) -> None:
        """Start, resume or watch a run, and show it; show the error if that fails."""
        try:
            match message:
                case StartRequested():
                    self.controller.start(message.config, message.labels)
                case ResumeRequested() if self.controller.can_start and is_being_written(message.folder):
                    self.controller.watch(message.folder)
                    self.notify("Another process has resumed it already; this watches it.", markup=False)
                case ResumeRequested():
                    self.controller.resume(message.folder, message.overrides)
                case WatchRequested() if not (self.controller.is_active and message.folder == self.controller.folder):
                    self.controller.watch(message.folder)
        except UserError as error:
            self.show_error(error.line())
            if isinstance(message, StartRequested):
                self.train_screen.keep_labels(message.labels)
            return
        if self._tour is not None:
            self._tour.end()  # it is about the form
        await self.switch_mode("train")
        self.train_screen.show_run()
        self._updates.draw()  # it may be over already

    @on(BackgroundRequested)
    def _train_in_background(self, message: BackgroundRequested) -> None:
        if message.config is None:
            self._background.move()
        else:
            self._background.start(message.config, message.labels)

    @on(QueueRequested)
    def _add_to_queue(self, message: QueueRequested) -> None:
        self._background.enqueue(message.configs, message.labels, message.note)

    @on(SweepRequested)
    @work(exclusive=True, group="new sweep")
    async def _make_sweep(self, message: SweepRequested) -> None:
        from fmnist_tui.tui.screens.sweep_start import start_sweep

        await start_sweep(self, message.config, message.space)

    @on(LabelsUnused)
    def _keep_labels(self, message: LabelsUnused) -> None:
        self.train_screen.keep_labels(message.labels)

    @on(FirstViewReady)  # not earlier: reading many runs takes a while
    @work
    async def _offer_to_go_on(self) -> None:
        with suppress(UserError):  # the list of runs reports why it can't be read
            offer = await asyncio.to_thread(find_offer, self.preferences.dismissed_crash)
            if offer is not None and self.controller.snapshot is None:
                self.train_screen.show_offer(offer)

    @on(OfferDismissed)
    def _offer_dismissed(self, message: OfferDismissed) -> None:
        self.preferences.dismissed_crash = message.run

    # The tour

    @on(FirstViewReady)  # not earlier: its notes are about what is there now
    async def _offer_tour(self) -> None:
        """Show the tour at the first start, unless the user knows already what to type."""
        if not self.preferences.tour_seen and self.input_at is None and self.screen is self.train_screen:
            await self.action_tour()

    async def action_tour(self) -> None:
        from fmnist_tui.tui.tour import TourPanel

        await self.switch_mode("train")
        self.train_screen.page = "form"
        if self._tour is None and self.screen is self.train_screen:
            self._tour = TourPanel(self._tour_is_over)
            await self.train_screen.mount(self._tour)

    def _tour_is_over(self) -> None:
        self._tour, self.preferences.tour_seen = None, True

    def takes_key(self, key: str) -> bool:
        return self._tour is not None and self._tour.takes_key(key)

    # What the views ask for

    @on(ConfigChosen)
    async def _show_in_form(self, message: ConfigChosen) -> None:
        await self.switch_mode("train")
        await self.train_screen.show_config(message.config)

    @on(CheckpointChosen)
    async def _checkpoint_chosen(self, message: CheckpointChosen) -> None:
        from fmnist_tui.tui.screens.evaluate import EvaluateScreen

        await self.switch_mode("evaluate")
        if isinstance(self.screen, EvaluateScreen):
            self.screen.select(message.run, message.checkpoint)

    @on(ExportRequested)
    def _export_requested(self, message: ExportRequested) -> None:
        from fmnist_tui.tui.screens.export_dialog import ExportDialog  # not before the first frame

        self.push_screen(ExportDialog(self.engine, message.folder, message.checkpoints))

    @on(RunChosen)
    async def _run_chosen(self, message: RunChosen) -> None:
        from fmnist_tui.tui.screens.runs import RunsScreen

        await self.switch_mode("runs")
        if isinstance(self.screen, RunsScreen):
            self.screen.select(message.run)

    @on(ComparisonRequested)
    def _compare_runs(self, message: ComparisonRequested) -> None:
        from fmnist_tui.tui.screens.run_comparison import RunComparisonScreen

        self.push_screen(RunComparisonScreen(message.folders, self.engine, lambda: self.controller.is_active))

    @on(CommandRequested)
    def _copy_command(self, message: CommandRequested) -> None:
        command = shlex.join(command_for(message.config))
        self.copy_to_clipboard(command)
        self.notify(one_line(command), title="Copied", timeout=10, markup=False)

    # Keys

    @work(exclusive=True, group="jump")
    async def action_jump(self) -> None:
        from fmnist_tui.tui.screens.jump import jump

        await jump(self)

    def action_command_palette(self) -> None:
        from fmnist_tui.tui.palette.screen import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_context_help(self) -> None:
        from fmnist_tui.tui.screens.context_help import ContextHelpScreen, topic_of

        if not self.screen.is_modal:
            self.push_screen(ContextHelpScreen(topic_of(self.screen)))

    def action_queue(self) -> None:
        from fmnist_tui.tui.screens.queue import QueueScreen

        self.push_screen(QueueScreen())

    def action_sweeps(self) -> None:
        from fmnist_tui.tui.screens.sweeps import SweepsScreen
        from fmnist_tui.tui.sweep_reader import SweepReader

        self.push_screen(SweepsScreen(SweepReader()))

    def action_keys(self) -> None:
        from fmnist_tui.tui.key_list import key_sections
        from fmnist_tui.tui.screens.keys import KeysScreen

        self.push_screen(KeysScreen(key_sections(self)))

    async def action_quit(self) -> None:
        self._quitting.request()

    @on(TerminalLost)
    def _terminal_lost(self) -> None:
        self._quitting.signalled(HANG_UP)
