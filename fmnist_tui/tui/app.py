"""The application: its views, its keys, and whatever outlives a view."""

import asyncio
import atexit
import logging
import os
import shlex
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.reactive import var
from textual.screen import ModalScreen
from textual.timer import Timer

from fmnist_tui.config import PRESETS, RunConfig, command_for
from fmnist_tui.engine.controller import RunController
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.snapshot import Snapshot
from fmnist_tui.sanitize import one_line, quote
from fmnist_tui.tui.dialogs import QuitChoice, ask_after_non_finite, ask_for_data, ask_for_fp32, ask_how_to_leave
from fmnist_tui.tui.environment import check_environment
from fmnist_tui.tui.failure import CAUSE, LastResort, cause_of, save_after
from fmnist_tui.tui.keyboard import KeyByKeyApp
from fmnist_tui.tui.messages import (
    CheckpointChosen,
    CommandRequested,
    ConfigChosen,
    FirstViewReady,
    LearningRequested,
    ResumeRequested,
    RunMoved,
    StartRequested,
    TerminalLost,
)
from fmnist_tui.tui.model_summary_cache import ModelSummaryCache
from fmnist_tui.tui.redraw_throttle import RedrawThrottle
from fmnist_tui.tui.screens.train import TrainScreen
from fmnist_tui.tui.screens.view import ViewScreen
from fmnist_tui.tui.signals import SignalWatch
from fmnist_tui.tui.text import explain
from fmnist_tui.tui.views import VIEWS, View

SECONDS_TO_LET_GO = 2.0
"""How long "quit now" waits for the run's last word before it leaves without."""

SECONDS_TO_SAVE = 2.0
"""How long a signal waits for the run to be saved; what is killed by SIGTERM is often killed for good soon after."""

SECONDS_TO_GIVE_BACK = 0.8
"""How long the terminal's restoration may take after a signal."""

INTERRUPTED = 130

HANG_UP = "SIGHUP"

logger = logging.getLogger(__name__)

STYLE_SHEETS: list[str | PurePath] = sorted(Path(__file__).parent.rglob("*.tcss"))


class FmnistApp(KeyByKeyApp):
    """The workbench.

    Args:
        engine: The compute side.
        data: What the form says at first of where the images come from.

    Attributes:
        snapshot: The newest run as it stands, for whoever watches it; None before the first run.
        engine_status: What the status line says of the engine.
        failure: The first error of the interface that nothing handled, which ends it; None while there is none.
        last_resort: Ends the process where a failed interface can't close; None where the caller sees to that.
    """

    TITLE = "fmnist-tui"
    CSS_PATH = STYLE_SHEETS
    DEFAULT_MODE = "train"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (160, "-huge")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                view.key, f"view('{view.name}')", view.title, show=False, tooltip=view.tooltip, id=f"app.{view.name}"
            )
            for view in VIEWS.values()
        ),
        Binding("question_mark", "keys", "Help", key_display="?", tooltip="Every key and what it does", id="app.help"),
        Binding("q,ctrl+c", "quit", "Quit", tooltip="Leave; asks when a run is going on", id="app.quit"),
    ]

    # `var`, not `reactive`: these are watched, and a change must not repaint the whole screen
    snapshot: var[Snapshot | None] = var(None, always_update=True)
    engine_status: var[str] = var("loading engine…")

    def __init__(self, engine: Engine, data: str = "auto") -> None:
        super().__init__()
        first = RunConfig.from_preset(PRESETS[0], RunConfig.from_flat({}).model_name).with_data(data)
        self.engine = engine
        self.controller = RunController(engine, self._announce)
        self.costs = ModelSummaryCache(engine)
        self._pacer = RedrawThrottle()
        self._drawing: Timer | None = None
        self._signal: str | None = None
        self._signals: SignalWatch | None = None
        self.failure: Exception | None = None
        self.last_resort: LastResort | None = None
        self.train_screen = TrainScreen(self.controller, self.costs, first)
        for view in VIEWS.values():
            self.add_mode(view.name, partial(self._screen_of, view))

    def _screen_of(self, view: View) -> ViewScreen:
        screen = view.screen(self)
        # Textual would parse and apply all style sheets twice more for a new view, none of which has any of its own.
        screen._css_update_count = self._css_update_count
        return screen

    def get_driver_class(self) -> type[Driver]:
        driver = super().get_driver_class()
        if sys.platform == "win32":
            return driver
        from textual.drivers.linux_driver import LinuxDriver

        from fmnist_tui.tui.terminal_input import TypedDriver

        return TypedDriver if driver is LinuxDriver else driver  # TEXTUAL_DRIVER may name another

    def on_mount(self) -> None:
        self._signals = SignalWatch(self._signalled)

    def on_unmount(self) -> None:
        if self._signals is not None:  # what fails while the app starts is unmounted without ever being mounted
            self._signals.end()

    def _handle_exception(self, error: Exception) -> None:
        """Save the run and leave, whatever broke.

        Textual calls this for errors in drawing, composing, keys, messages, timers, workers and style sheets. Its own
        method would print the traceback with all local variables on the terminal, and the run would die with the
        process.
        """
        self.fail(error)
        if self._exception is None:
            self._exception = error
            self._exception_event.set()  # a test's pilot waits for it
        if self.last_resort is not None:
            self.last_resort.start()
        self._return_code = 1
        self._close_messages_no_wait()

    def fail(self, error: Exception) -> None:
        """Log an error that nothing handled, and ask the run under way to save and end."""
        self.controller.stop(CAUSE)
        logger.error("the interface failed", exc_info=cause_of(error))
        self.failure = self.failure or error

    # The engine

    @on(FirstViewReady)
    def _first_view_ready(self) -> None:
        self._load_engine()  # no sooner: while torch is imported, nothing else gets far

    @work
    async def _load_engine(self) -> None:
        try:
            info = await asyncio.wrap_future(self.engine.load())
        except Exception as error:  # noqa: BLE001 - whatever is wrong with torch, the runs can still be looked at
            self.engine_status = "no engine"
            self.show_error(explain(error))
        else:
            version = info.torch_version.partition("+")[0]  # the rest says which CUDA it was built with
            self.engine_status = f"torch {version} · {info.device} · {info.threads} threads"

    # The run

    def _announce(self) -> None:
        """Called on the compute thread."""
        with suppress(RuntimeError):  # the event loop is closed: the app is gone, and the run goes on without it
            self.post_message(RunMoved())

    def on_run_moved(self) -> None:
        is_another_state = self.snapshot is None or self.controller.state is not self.snapshot.state
        wait = 0.0 if is_another_state else self._pacer.wait()
        if wait <= 0:  # a timer of no time at all is one that Textual can't run
            self._draw()
        elif self._drawing is None:
            self._drawing = self.set_timer(wait, self._draw)

    def _is_run_going(self) -> bool:
        return self.controller.is_active

    def _draw(self) -> None:
        if self._drawing is not None:
            self._drawing.stop()
            self._drawing = None
        self._pacer.begin()
        before, self.snapshot = self.snapshot, self.controller.take()
        if self.snapshot is not None and self.snapshot.ended is not None and self.snapshot is not before:
            self._run_ended(self.snapshot)

    def _run_ended(self, snapshot: Snapshot) -> None:
        config = self.controller.config
        if snapshot.state is RunState.FAILED and snapshot.started is None and config is not None:
            self._ask_for_data(config)
        folder = self.controller.folder
        if snapshot.non_finite is not None and folder is not None:
            self._ask_after_non_finite(snapshot, folder)
        if snapshot.plan_unavailable is not None and folder is not None:
            self._ask_for_fp32(snapshot.plan_unavailable.problem, folder, self.controller.overrides)
        if self.current_mode != "train":
            self.notify(f"The run has {snapshot.state}. t shows it.", markup=False)

    @on(StartRequested)
    async def _start(self, message: StartRequested) -> None:
        await self._train(message.config)

    @on(ResumeRequested)
    async def _resume(self, message: ResumeRequested) -> None:
        await self._begin(lambda: self.controller.resume(message.folder, message.changes))

    async def _train(self, config: RunConfig) -> None:
        await self._begin(lambda: self.controller.start(config))

    async def _begin(self, launch: Callable[[], None]) -> None:
        """Starts what `launch` starts, and shows it live."""
        try:
            launch()
        except UserError as error:
            self.show_error(error.line())
            return
        await self.switch_mode("train")
        if isinstance(self.screen, TrainScreen):
            self.screen.show_run()
        self._draw()  # it may be over already

    @work(exclusive=True, group="data")
    async def _ask_for_data(self, config: RunConfig) -> None:
        """After a run that could not begin: where it was for want of data, offers the ways out."""
        try:
            await asyncio.wrap_future(self.engine.check_data(config))
        except UserError as error:
            other = await ask_for_data(self, config, error, self._is_run_going)
        except Exception:  # noqa: BLE001 - the run has told already that something is broken
            return
        else:
            return
        if other is not None:
            await self._show_in_form(other)
            await self._train(other)

    @work(exclusive=True, group="bad numbers")
    async def _ask_after_non_finite(self, snapshot: Snapshot, folder: RunFolder) -> None:
        has_checkpoint = snapshot.non_finite is not None and snapshot.non_finite.has_checkpoint
        changes = await ask_after_non_finite(self, snapshot.detail, self._is_run_going, has_checkpoint=has_checkpoint)
        if changes is not None:
            await self._begin(lambda: self.controller.resume(folder, changes))

    @work(exclusive=True, group="placement")
    async def _ask_for_fp32(self, problem: str, folder: RunFolder, changes: ResumeOverrides) -> None:
        if await ask_for_fp32(self, problem, self._is_run_going):
            await self._begin(lambda: self.controller.resume(folder, replace(changes, allow_fp32=True)))

    # What the views ask for

    @on(ConfigChosen)
    async def _config_chosen(self, message: ConfigChosen) -> None:
        await self._show_in_form(message.config)

    async def _show_in_form(self, config: RunConfig) -> None:
        await self.switch_mode("train")
        if isinstance(self.screen, TrainScreen):
            await self.screen.show_config(config)

    @on(CheckpointChosen)
    async def _checkpoint_chosen(self, message: CheckpointChosen) -> None:
        from fmnist_tui.tui.screens.evaluate import EvaluateScreen

        await self.switch_mode("evaluate")
        if isinstance(self.screen, EvaluateScreen):
            self.screen.select(message.run, message.checkpoint)

    @on(LearningRequested)
    async def _learning_requested(self, message: LearningRequested) -> None:
        from fmnist_tui.tui.screens.learning import LearningScreen

        await self.push_screen(LearningScreen(message.folder))

    @on(CommandRequested)
    def _copy_command(self, message: CommandRequested) -> None:
        command = shlex.join(command_for(message.config))
        self.copy_to_clipboard(command)
        self.notify(one_line(command), title="Copied", timeout=10, markup=False)

    def show_error(self, problem: str) -> None:
        """Shows a problem that belongs to no place on the screen."""
        self.notify(one_line(problem), severity="error", timeout=10, markup=False)

    def deliver_screenshot(
        self, filename: str | None = None, path: str | None = None, time_format: str | None = None
    ) -> None:
        """Save the screen as SVG in the current folder, and show where, or why not.

        Textual's own method saves to ~/Downloads, which most servers lack, and gives no reason when it fails.
        """
        name = filename or time.strftime(time_format or "fmnist-tui-%Y%m%d-%H%M%S.svg")
        try:
            file = Path(path or ".", name).absolute()
            file.write_text(self.export_screenshot(), encoding="utf-8")
        except OSError as error:
            reason = f"can't save a screenshot as {quote(name, 200)}: {error.strerror or error}"
            self.show_error(UserError(reason, "Start fmnist-tui in a folder that you may write to").line())
        else:
            self.notify(one_line(file), title="Screenshot saved", markup=False)

    # Keys

    async def action_view(self, view: str) -> None:
        await self.switch_mode(view)

    def action_keys(self) -> None:
        from fmnist_tui.tui.screens.keys import KeysScreen, key_sections

        self.push_screen(KeysScreen(key_sections(self)))

    async def action_quit(self) -> None:
        if isinstance(self.screen, ModalScreen):
            return  # ctrl+q reaches past a dialog, which has to be answered first
        if self.controller.is_active:
            self._ask_how_to_leave()
        else:
            self.exit()

    @on(TerminalLost)
    def _terminal_lost(self) -> None:
        self._signalled(HANG_UP)

    def _signalled(self, name: str) -> None:
        """The first signal stops, saves and leaves; a second one leaves at once."""
        if self._signal == name == HANG_UP:
            return  # a terminal that is gone is told by a signal and by the end of its input; nobody is impatient
        if self._signal is not None or not self.controller.is_active:
            self._leave_for_good()
        else:
            self._signal = name
            self._save_and_leave(name)

    @work(exclusive=True, group="leaving")
    async def _save_and_leave(self, signal: str) -> None:
        over = asyncio.wrap_future(self.controller.ended)
        self.controller.stop(f"by {signal}")
        await asyncio.wait([over], timeout=SECONDS_TO_SAVE)
        self._leave_for_good()

    def _leave_for_good(self) -> None:
        """Leaves, also where giving back a terminal that is gone would hang: what is to be kept is on disk by now."""
        last_resort = threading.Timer(SECONDS_TO_GIVE_BACK, os._exit, [INTERRUPTED])
        last_resort.daemon = True
        last_resort.start()
        self.exit(return_code=INTERRUPTED)

    @work(exclusive=True, group="leaving")
    async def _ask_how_to_leave(self) -> None:
        way = await ask_how_to_leave(self, lambda: not self._is_run_going())
        if way is None:
            return
        over = asyncio.wrap_future(self.controller.ended)
        if way is QuitChoice.SAVE:
            self.controller.stop()
            self.notify("Stopping and saving; the app closes when that is done.", markup=False)
            await asyncio.wait([over])
        else:
            self.controller.abandon()
            await asyncio.wait([over], timeout=SECONDS_TO_LET_GO)
        self.exit()


def run_app(data: str = "auto") -> int:
    """Runs the workbench on this process's own compute thread until the user leaves it; tells the exit code.

    Args:
        data: What the form says at first of where the images come from.

    Raises:
        UserError: The interface failed; the run under way was saved first. Or it cannot start as the environment says.
    """
    check_environment()
    from fmnist_tui.engine.local import ComputeEngine

    engine = ComputeEngine()
    app = FmnistApp(engine, data)
    app.last_resort = LastResort(app)
    try:
        app.run()
    except Exception as error:  # noqa: BLE001 - an error while the app closes, which Textual does not hand to it
        app.fail(error)
    app.last_resort.cancel()
    problem = None if app.failure is None else save_after(app.failure, app.controller)
    code = 1 if problem else app.return_code or 0
    if not engine.close():
        # The thread is deep inside torch, importing it or at a large batch, and nothing of it is to be kept. It can't
        # be unwound from there, so the process ends without trying as soon as all else is done.
        atexit.register(os._exit, code)
    if problem is not None:
        raise problem
    return code
