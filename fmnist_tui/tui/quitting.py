"""How the app ends: on its key after a question, or on a signal after the active run is saved."""

import asyncio
import os
import signal
import threading
from contextlib import suppress
from enum import Enum
from typing import Any

from rich.text import Text
from textual.app import App
from textual.screen import ModalScreen

from fmnist_tui.engine.controller import RunController
from fmnist_tui.engine.signals import stop_signals
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import printable
from fmnist_tui.tui.background_runs import BackgroundRuns
from fmnist_tui.tui.screens.choice_dialog import Answer, ChoiceDialog, Moot
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.screens.too_small import TooSmallScreen

SECONDS_TO_LET_GO = 2.0
"""How long "quit now" waits for the run to end before the app exits anyway."""

SECONDS_TO_SAVE = 60.0
"""How long a signal waits for the run to be saved: a slow batch and a slow disk. A second signal ends the wait."""

SECONDS_TO_GIVE_BACK = 0.8
"""How long restoring the terminal may take after a signal."""

INTERRUPTED = 130

HANG_UP = "SIGHUP"


class QuitChoice(Enum):
    """How to quit while a run is active."""

    SAVE = "save"
    BACKGROUND = "background"
    NOW = "now"


async def ask_how_to_quit(app: App[Any], is_moot: Moot, *, can_move: bool) -> QuitChoice | None:
    """Ask what happens to the active run; return None if the user stays or the run ended meanwhile."""
    answers = [
        Answer("s", "stop and save a checkpoint, then quit", QuitChoice.SAVE),
        *[Answer("b", "continue in the background, and quit", QuitChoice.BACKGROUND)] * can_move,
        Answer("n", "quit now and lose everything since the last checkpoint", QuitChoice.NOW),
    ]
    return await app.push_screen_wait(ChoiceDialog("Training in progress", "Quit anyway?", answers, is_moot))


class QuitController:
    """Decides whether and when the app exits."""

    def __init__(self, app: App[Any], controller: RunController, background: BackgroundRuns) -> None:
        self._app, self._controller, self._background = app, controller, background
        self._signal: str | None = None
        self._watched: list[signal.Signals] = []
        self._farewell: Text | None = None  # printed when the terminal is restored

    def watch_signals(self) -> None:
        """Handle signals until `close` is called: a lost connection or a kill must not lose the run."""
        for number in stop_signals():
            # Not possible on Windows, nor outside the main thread: there, the default handlers stay.
            with suppress(NotImplementedError, RuntimeError, ValueError):
                asyncio.get_running_loop().add_signal_handler(number, self.signalled, number.name)
                self._watched.append(number)

    def close(self) -> None:
        """Restore the default signal handlers."""
        while self._watched:
            asyncio.get_running_loop().remove_signal_handler(self._watched.pop())

    def request(self) -> None:
        """Exit; ask first if a run is active or a drawing would be lost."""
        if isinstance(self._app.screen, ModalScreen) and not isinstance(self._app.screen, TooSmallScreen):
            return  # ctrl+q reaches past a dialog, which has to be answered first
        self._app.run_worker(self._ask_and_leave(), exclusive=True, group="leaving")

    async def _ask_and_leave(self) -> None:
        controller = self._controller
        pages = [page for stack in self._app._screen_stacks.values() for page in stack if isinstance(page, PageScreen)]
        for page in pages:
            if not await page.may_close():
                return
        if controller.is_active:
            can_move = controller.can_move
            choice = await ask_how_to_quit(self._app, lambda: not controller.is_active, can_move=can_move)
            if choice is None or not await self._end_run(choice):
                return
        self._app.exit(message=self._farewell)

    async def _end_run(self, choice: QuitChoice) -> bool:
        """End the active run; return whether the app may exit."""
        over = asyncio.wrap_future(self._controller.ended)
        match choice:
            case QuitChoice.SAVE:
                self._controller.stop()
                self._app.notify("Stopping and saving; the app closes afterwards.", markup=False)
                await asyncio.wait([over])
            case QuitChoice.BACKGROUND:
                self._app.notify("Saving; the app closes when the run continues in its own process.", markup=False)
                try:
                    folder = await self._background.move_active()
                except UserError as error:
                    self._app.notify(error.line(), severity="error", timeout=10, markup=False)
                    return False
                if folder is not None:
                    run = printable(folder.run)
                    self._farewell = Text(f"run {run} continues in the background: fmnist-tui watch {run}")
            case QuitChoice.NOW:
                self._controller.abandon()
                await asyncio.wait([over], timeout=SECONDS_TO_LET_GO)
        return True

    def signalled(self, name: str) -> None:
        """Stop and save the run, then exit; on a second signal, exit at once."""
        if self._signal == name == HANG_UP:
            return  # a lost terminal sends a signal and also ends its input: that is one event
        if self._signal is not None or not self._controller.is_active:
            self._exit()
        else:
            self._signal = name
            self._app.run_worker(self._save_and_leave(name), exclusive=True, group="leaving")

    async def _save_and_leave(self, signal: str) -> None:
        over = asyncio.wrap_future(self._controller.ended)
        self._controller.stop(f"by {signal}")
        self._app.notify(f"Stopping and saving after {signal}; a second signal quits at once.", markup=False)
        await asyncio.wait([over], timeout=SECONDS_TO_SAVE)
        self._exit()

    def _exit(self) -> None:
        """Exit even if restoring a lost terminal hangs: what was to be saved is on disk by now."""
        last_resort = threading.Timer(SECONDS_TO_GIVE_BACK, os._exit, [INTERRUPTED])
        last_resort.daemon = True
        last_resort.start()
        self._app.exit(return_code=INTERRUPTED)
