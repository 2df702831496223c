"""The Evaluate view: the accuracy of each checkpoint, and the images that it predicts incorrectly."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.timer import Timer

from fmnist_tui.data.splits import Split
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.checkpoint_catalog import CheckpointEntry
from fmnist_tui.tui.keyboard import PAGE_OPENING
from fmnist_tui.tui.screens.choice_dialog import Answer, confirms
from fmnist_tui.tui.screens.page_openers import open_calibration, open_classify, open_comparison, open_matrix
from fmnist_tui.tui.screens.view_screen import ViewScreen
from fmnist_tui.tui.widgets.checkpoint_list import MAX_MARKS, CheckpointList
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.report_pane import EvaluationCancelled, ReportPane
from fmnist_tui.tui.widgets.virtual_table import VirtualTable

REFRESH_INTERVAL_SECONDS = 1.0
REFRESH_SHARE = 0.05
"""At most this share of the time is spent reading checkpoints while a run saves some."""


class EvaluateScreen(ViewScreen):
    """Checkpoints above, the report of the current one below. Saved reports are shown without a new evaluation.

    Args:
        engine: Evaluates the checkpoints.
        snapshot: Returns the newest run of this session, whose best checkpoint is selected when the view is entered.
    """

    HELP = (
        "Evaluate checkpoints on the validation or the test images. Every test-set evaluation is counted: choose "
        "between checkpoints by validation accuracy only."
    )

    VIEW = "evaluate"

    BINDINGS = bindings("evaluate")

    def __init__(self, engine: Engine, snapshot: Callable[[], RunSnapshot | None]) -> None:
        super().__init__()
        self._engine = engine
        self._snapshot = snapshot
        self._list, self._pane = CheckpointList(), ReportPane(engine, self._is_training)
        self._last_run: str | None = None
        self._subject: tuple[str | None, Split] | None = None
        self._reading_took = 0.0
        self._refresh_timer: Timer | None = None

    def compose_view(self) -> ComposeResult:
        with Container(id="evaluate-body"):
            yield self._list
            yield self._pane

    def on_mount(self) -> None:
        self._mode_changed(self.VIEW)
        # Immediate, so that a checkpoint that the Runs view selects afterwards stays selected.
        self.app.mode_change_signal.subscribe(self, self._mode_changed, immediate=True)

    def _mode_changed(self, mode: str) -> None:
        """Select the best checkpoint of the session's newest run, the first time that the view is entered after it."""
        snapshot = self._snapshot()
        if mode != self.VIEW or snapshot is None or snapshot.started is None or "best" not in snapshot.checkpoints:
            return
        run = snapshot.started.run
        if run != self._last_run:
            self._last_run = run
            self.select(runs_folder() / run, "best")

    def snapshot_changed(self, before: RunSnapshot | None, snapshot: RunSnapshot | None) -> None:
        is_news = snapshot is not None and (before is None or before.checkpoints != snapshot.checkpoints)
        if is_news and self._refresh_timer is None:
            # A quick run saves several times a second, and to read very many runs takes a while.
            wait = max(REFRESH_INTERVAL_SECONDS, self._reading_took / REFRESH_SHARE)
            self._refresh_timer = self.set_timer(wait, self._refresh_is_due)

    def _refresh_is_due(self) -> None:
        self._refresh_timer = None
        self.action_refresh()

    def select(self, run: Path, checkpoint: str) -> None:
        """Move to a checkpoint, at once or when the list is read."""
        self._list.select(run, checkpoint)

    @property
    def chosen(self) -> CheckpointEntry | None:
        """The checkpoint under the bar."""
        return self._list.current

    def _is_training(self) -> bool:
        snapshot = self._snapshot()
        return snapshot is not None and snapshot.ended is None

    # Reading

    @on(events.ScreenResume)
    @work(exclusive=True, group="refresh")
    async def action_refresh(self) -> None:
        if not self._list.entries:
            self._pane.report.show_placeholder(Content("Reading the checkpoints…"))
        began, marked = time.monotonic(), self._list.marked
        await self._list.read()
        self._reading_took = time.monotonic() - began
        if marked != self._list.marked:
            self._note()
        self._pane.show_report(self.chosen)
        self.refresh_bindings()

    @on(VirtualTable.Highlighted, "#checkpoints")
    @on(Choice.Changed, "#split")
    def _selection_changed(self) -> None:
        subject = (self._list.chosen, self._pane.split)
        if subject != self._subject:  # after each refresh the bar is set again, mostly to where it was
            self._subject = subject
            self._note()
            self.refresh_bindings()
        self._pane.show_report(self.chosen)

    # Pages of the report

    def action_calibration(self) -> None:
        if self._pane.shown is not None:
            self._open(open_calibration(self.app, self._pane.shown))

    def action_classify(self) -> None:
        if self.chosen is not None:
            self._open(open_classify(self.app, self._engine, self.chosen))

    def action_mark(self) -> None:
        if self._list.settled is not None:
            self._list.toggle_mark(self._list.settled.key)
            self._marks_changed()

    def action_cancel(self) -> None:
        """Cancel the active evaluation, or else remove the marks."""
        if self._pane.progress.active is not None:
            self._pane.progress.cancel()
        else:
            self._list.mark(())
            self._marks_changed()

    def _marks_changed(self) -> None:
        self._note()
        self.refresh_bindings()

    def action_compare(self) -> None:
        if (pair := self._pair()) is not None:
            self._compare(*pair, self._pane.split)

    def _pair(self) -> tuple[CheckpointEntry, CheckpointEntry] | None:
        """Return the two checkpoints to compare: both marked ones, or the marked one and the current one."""
        chosen, marked = self._list.settled, self._list.marked
        if len(marked) == 1 and chosen is not None and chosen.key != marked[0].key:
            return marked[0], chosen
        return (marked[0], marked[1]) if len(marked) == MAX_MARKS else None

    @work(group="evaluating")
    async def _compare(self, a: CheckpointEntry, b: CheckpointEntry, split: Split) -> None:
        """Compare two checkpoints on a split. Those that were not evaluated on it are evaluated first."""
        evaluated = []
        for checkpoint in (a, b):
            report = await asyncio.to_thread(checkpoint.newest_report, split)
            report = report or await self._evaluate(checkpoint, split)
            if report is None:
                return
            evaluated.append((checkpoint, report))
        if self.is_current:  # else another view or page was opened meanwhile
            self._open(open_comparison(self.app, self._engine, *evaluated))

    def _open(self, opening: Coroutine[Any, Any, None]) -> None:
        self.run_worker(self._opened(opening), exclusive=True, group=PAGE_OPENING)

    async def _opened(self, opening: Coroutine[Any, Any, None]) -> None:
        try:
            await opening
        except UserError as error:
            self._note(error)
        else:
            self._note()

    # Evaluating

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        has_checkpoints, is_idle = bool(self._list.entries), self._pane.progress.active is None
        match action:
            case "evaluate":
                return (is_idle and has_checkpoints) or None
            case "calibration":
                return self._pane.shown is not None or None
            case "compare":
                return (is_idle and self._pair() is not None) or None
            case "cancel":
                return not is_idle or bool(self._list.marked)
            case "mark" | "classify":
                return has_checkpoints or None
        return super().check_action(action, parameters)

    @on(VirtualTable.Selected, "#checkpoints")
    @work(exclusive=True, group=PAGE_OPENING)
    async def _open_or_evaluate(self) -> None:
        """Open the saved evaluation; evaluate the checkpoint only if there is none."""
        checkpoint, split = self._list.settled, self._pane.split
        if checkpoint is None:
            return
        report = await asyncio.to_thread(checkpoint.newest_report, split)  # the one shown may be of the previous line
        if report is not None:
            await self._opened(open_matrix(self.app, self._engine, (checkpoint, report)))
        else:
            self.run_worker(self._evaluate(checkpoint, split), group="evaluating")

    @work(exclusive=True, group=PAGE_OPENING)
    async def action_evaluate(self) -> None:
        checkpoint, split = self._list.settled, self._pane.split
        if checkpoint is None:
            return
        report = await asyncio.to_thread(checkpoint.newest_report, split)
        if split == "test" and report is not None:
            text = f"Every test-set evaluation is counted: {checkpoint.usage}. Enter in the list opens the saved one."
            answer = Answer("t", "evaluate on the test set again", True)  # not e: a key pressed twice must not confirm
            if not await confirms(self.app, "Already evaluated on the test set", text, answer):
                return
        self.run_worker(self._evaluate(checkpoint, split), group="evaluating")

    async def _evaluate(self, checkpoint: CheckpointEntry, split: Split) -> Report | None:
        """Evaluate a checkpoint; return None if that fails, or if another evaluation is active."""
        if self._pane.progress.active is not None:
            return None
        self._pane.progress.begin(checkpoint, split)
        self.add_class("-measuring")
        self._note()
        self._pane.show_report(self.chosen)
        self.refresh_bindings()
        report = None
        try:
            report = await self._pane.progress.evaluate(checkpoint, split)
        except EvaluationCancelled:
            self._note()
        except Exception as error:  # noqa: BLE001 - whatever the error of one checkpoint, others can be evaluated
            self._note(error)
        else:
            self._note()
        self.remove_class("-measuring")
        self.action_refresh()
        return report

    def _note(self, error: Exception | None = None) -> None:
        """Show an error, or none, and what can be done with the marked checkpoints."""
        hints = ("", "A marked · c on another line compares", "A and B marked · c compares them")
        self._pane.show_hint(hints[len(self._list.marked)])
        self._pane.show_error(error)
