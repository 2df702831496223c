"""The queue: its runs in order, each with what is special about it."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from textual import on, work
from textual.app import ComposeResult

from fmnist_tui.engine import queue as actions
from fmnist_tui.engine.queue import folder_of
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import MISSING, counted
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.queue import Queue, has_worker, read_queue
from fmnist_tui.runs.run_comparison import differences
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.messages import WatchRequested
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.widgets.virtual_table import VirtualTable

REFRESH_SECONDS = 1.0

COLUMNS = (("", True), ("run", False), ("state", False), ("settings", False), ("model", False))

MAX_TITLE = 26
"""Columns of the longest name of a run, with which its state and its settings are seen in 80 columns."""

EMPTY = (
    "The queue is empty. Q on the form of Train adds a run; with lists in fields, such as 1e-3, 3e-3, it adds one for "
    "each combination."
)


class QueueState(NamedTuple):
    """What the page shows: the runs, the next one first, and the settings in which each differs from others."""

    queue: Queue
    runs: tuple[RunSummary, ...]
    texts: tuple[str, ...]
    has_worker: bool


class QueueScreen(PageScreen):
    """Lists the queue, and reorders, cancels, pauses and continues it. It is read again each second."""

    HELP = (
        "Runs that a background process trains, the next one first. It continues when this program "
        "is closed, and ends when the queue is empty."
    )

    BINDINGS = bindings("queue")

    def __init__(self) -> None:
        super().__init__("Queue", "trains one run after another in the background")
        self._state: QueueState | None = None
        self._table = VirtualTable(id="queue")

    def compose_page(self) -> ComposeResult:
        yield self.note
        yield self._table

    def on_mount(self) -> None:
        self._table.display = False  # until there is something to show
        self.action_refresh()
        self.set_interval(REFRESH_SECONDS, self.action_refresh)

    @property
    def chosen(self) -> RunSummary | None:
        """The run under the bar."""
        runs = self._state.runs if self._state is not None else ()
        return next((run for run in runs if run.run == self._table.chosen), None)

    @work(exclusive=True, group="queue")
    async def action_refresh(self) -> None:
        try:
            state = await asyncio.to_thread(_read)
        except UserError as error:
            self.show_error(error)
            return
        if state != self._state:
            self._show(state)

    def _show(self, state: QueueState) -> None:
        self._state = state
        lines = [
            (run.run, (str(place), _short(run.title), run.status_text, text, run.model or MISSING))
            for place, (run, text) in enumerate(zip(state.runs, state.texts, strict=True), start=1)
        ]
        self._table.show(COLUMNS, lines)
        self._table.border_title = f"Queue ({len(lines)})"
        if self._table.display != bool(lines):
            self._table.display = bool(lines)
            if lines:
                self._table.focus()
        self.show_note(_condition(state))
        self.refresh_bindings()

    @on(VirtualTable.Highlighted, "#queue")
    def _highlighted(self) -> None:
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        state = self._state
        is_moving = state is not None and bool(state.runs) and not state.queue.is_paused and state.has_worker
        match action:
            case "move" | "cancel":
                return self.chosen is not None or None
            case "watch":
                return (self.chosen is not None and self.chosen.status is RunStatus.RUNNING) or None
            case "pause":
                return is_moving
            case "continue":
                return not is_moving and (state is not None and bool(state.runs or state.queue.is_paused))
        return super().check_action(action, parameters)

    def action_move(self, places: int) -> None:
        run = self.chosen
        if run is not None:
            self._change(lambda: actions.move_by(run.run, places))

    def action_cancel(self) -> None:
        run = self.chosen
        if run is not None:
            self._cancel(run)

    @work(group="queue changes")
    async def _cancel(self, run: RunSummary) -> None:
        if not await self._changed(lambda: actions.cancel([run.run])):
            return
        if run.status is RunStatus.RUNNING:
            fate = "is stopped and saved"
        else:
            fate = "is out of the queue" if run.folder.is_run else "is in the trash"
        self.notify(f"{run.title} {fate}.", markup=False)

    def action_pause(self) -> None:
        self._change(actions.pause)

    def action_continue(self) -> None:
        self._change(actions.continue_queue)

    @on(VirtualTable.Selected, "#queue")
    def action_watch(self) -> None:
        if self.chosen is not None and self.chosen.status is RunStatus.RUNNING:
            self.post_message(WatchRequested(self.chosen.folder))
            self.app.pop_screen()

    @work(group="queue changes")
    async def _change(self, change: Callable[[], object]) -> None:
        await self._changed(change)

    async def _changed(self, change: Callable[[], object]) -> bool:
        """Change the queue on a thread, as another process may lock it for a moment; return whether that worked."""
        try:
            await asyncio.to_thread(change)
        except UserError as error:
            self.notify(error.line(), severity="error", markup=False)
            return False
        finally:
            self.action_refresh()
        return True


def _read() -> QueueState:
    queue = read_queue()
    runs = tuple(summary_of(folder_of(run)) for run in queue.runs)
    return QueueState(queue, runs, tuple(differences([run.config() for run in runs])), has_worker())


def _short(title: str) -> str:
    text = one_line(title)
    return text if cell_len(text) <= MAX_TITLE else f"{set_cell_size(text, MAX_TITLE - 1).rstrip()}…"


def _condition(state: QueueState) -> str:
    if not state.runs:
        return EMPTY
    if state.queue.is_paused:
        return "The queue is paused: no run is started after the current one. p continues it."
    if not state.has_worker:
        return "No process works on the queue. p starts one."
    return f"{counted(len(state.runs), 'run')}, trained by a background process."
