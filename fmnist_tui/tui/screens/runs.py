"""The Runs view: all runs on this machine, with their configs, commands and curves."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from textual import events, on, work
from textual.app import ComposeResult

from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report
from fmnist_tui.formatting import MISSING, count, duration, measured_accuracy, percent
from fmnist_tui.interface_options import ReplayOptions
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.reproduce import pinned_config
from fmnist_tui.runs.run_comparison import MAX_RUNS, MIN_RUNS
from fmnist_tui.runs.snapshot import RunSnapshot, replay
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.messages import (
    CheckpointChosen,
    CommandRequested,
    ComparisonRequested,
    ConfigChosen,
    ExportRequested,
    ResumeRequested,
    WatchRequested,
)
from fmnist_tui.tui.screens.learning import LearningScreen
from fmnist_tui.tui.screens.replay import ReplayScreen
from fmnist_tui.tui.screens.view_screen import ViewScreen
from fmnist_tui.tui.widgets.run_details import RunDetails
from fmnist_tui.tui.widgets.virtual_table import Column, VirtualTable

COLUMNS = (
    ("run", False),
    ("state", False),
    ("done", True),
    ("", False),
    ("best validation %", True),
    ("test %", True),
    ("time", True),
    ("model", False),  # shown if there is room; the run's name ends with its model
)

MIN_LINES, AROUND_THE_RUNS = 8, 4
"""Lines of the table at least; those for its frame, its headings and a scroll bar."""

FIRST_RUNS = 200
"""Number of the newest runs that are shown before the lines of the others are made."""


class RunsScreen(ViewScreen):
    """Runs above, the details of the current one below."""

    HELP = (
        "All runs on this machine, newest first. An interrupted or crashed run can be resumed from its newest good "
        "checkpoint."
    )

    VIEW = "runs"

    BINDINGS = bindings("runs")

    def __init__(self) -> None:
        super().__init__()
        self._runs: dict[str, RunSummary] = {}
        self._wanted = ""
        # Attributes, because queries fail after an await if the app is about to close.
        self._table, self._details = VirtualTable(id="runs"), RunDetails()

    def compose_view(self) -> ComposeResult:
        yield self._table
        yield self._details

    def snapshot_changed(self, before: RunSnapshot | None, snapshot: RunSnapshot | None) -> None:
        is_over = snapshot is not None and snapshot.ended is not None
        if is_over and (before is None or before.ended is None):
            self.action_refresh()

    def select(self, run: Path) -> None:
        """Move the bar to a run, at once or as soon as it is read."""
        self._wanted = run.name
        self._choose_wanted()

    def _choose_wanted(self) -> None:
        if self._wanted in self._runs:
            self._table.choose(self._wanted)
            self._wanted = ""

    @property
    def chosen(self) -> RunSummary | None:
        """The run under the bar."""
        return self._runs.get(self._table.chosen or "")

    @on(events.ScreenResume)
    @work(exclusive=True, group="runs")
    async def action_refresh(self) -> None:
        if not self._runs:
            self._details.show_note("Reading the runs…")
        columns = COLUMNS[:-1] if self.has_class("-narrow") else COLUMNS
        summaries = await asyncio.to_thread(list_runs)
        is_first_read = not self._runs
        if is_first_read:
            await self._show_runs(summaries[:FIRST_RUNS], columns)
        if not is_first_read or len(summaries) > FIRST_RUNS:
            await self._show_runs(summaries, columns)

    async def _show_runs(self, summaries: Sequence[RunSummary], columns: Sequence[Column]) -> None:
        # On a thread: with 10,000 runs it takes a while.
        lines = await asyncio.to_thread(lambda: [(run.run, _cells(run)[: len(columns)]) for run in summaries])
        self._runs = {summary.run: summary for summary in summaries}
        self._table.show(columns, lines)
        self._table.border_title = f"Runs ({count(len(lines))})"
        self._fit_table()
        self._choose_wanted()
        self._highlighted()

    def watch_maximized(self) -> None:
        super().watch_maximized()
        self._fit_table()

    def _fit_table(self) -> None:
        """Give the table the lines that it needs, and the rest to the details; all of them if it is maximized."""
        needed = max(MIN_LINES, len(self._runs) + AROUND_THE_RUNS)
        self._table.styles.max_height = None if self.maximized is self._table else needed

    @on(VirtualTable.Highlighted, "#runs")
    def _highlighted(self) -> None:
        self._show_details()
        self.refresh_bindings()

    @work(exclusive=True, group="details")
    async def _show_details(self) -> None:
        chosen, details = self.chosen, self._details
        if chosen is None:
            details.show_note("No runs yet: t opens the form, s starts a run.")
            return
        details.show_summary(chosen, chosen.config())
        snapshot, test = await asyncio.to_thread(lambda: (_replayed(chosen.folder), _test_of_best(chosen)))
        details.show_read(snapshot, chosen, test)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        chosen = self.chosen if self.is_mounted else None
        match action:
            case "use_config" | "copy_command" | "watch":
                return (chosen is not None and not chosen.problem) or None
            case "resume":
                return (chosen is not None and chosen.can_resume) or None
            case "learning" | "replay" | "export" | "compare":
                return chosen is not None or None
            case "evaluate":
                return (chosen is not None and bool(chosen.checkpoints)) or None
        return super().check_action(action, parameters)

    @on(VirtualTable.Selected, "#runs")
    def _open(self) -> None:
        """Watch a run that is being trained; evaluate any other."""
        if self.chosen is not None and self.chosen.status is RunStatus.RUNNING:
            self.action_watch()
        else:
            self.action_evaluate()

    def action_watch(self) -> None:
        if self.chosen is not None:
            self.post_message(WatchRequested(self.chosen.folder))

    def action_evaluate(self) -> None:
        if self.chosen is not None and self.chosen.checkpoints:
            self.post_message(CheckpointChosen(self.chosen.folder.path, self.chosen.checkpoints[0].name))

    def action_resume(self) -> None:
        if self.chosen is not None:
            self.post_message(ResumeRequested(self.chosen.folder))

    def action_compare(self) -> None:
        """Compare the marked runs, or the only marked one with the current one; the oldest is A."""
        runs = {run.run: run for run in self._runs.values() if run.is_marked}
        if len(runs) == 1 and self.chosen is not None:
            runs[self.chosen.run] = self.chosen
        if MIN_RUNS <= len(runs) <= MAX_RUNS:
            in_order = sorted(runs.values(), key=lambda run: (run.created, run.run))
            self.post_message(ComparisonRequested([run.folder for run in in_order]))
        else:
            marked = "No run is" if not runs else "1 run is" if len(runs) == 1 else f"{count(len(runs))} runs are"
            self.notify(f"{marked} marked. Mark {MIN_RUNS} to {MAX_RUNS} runs with space, then press c.", markup=False)

    def action_learning(self) -> None:
        if self.chosen is not None:
            self.app.push_screen(LearningScreen(self.chosen.folder))

    def action_replay(self) -> None:
        if self.chosen is not None:
            self.app.push_screen(ReplayScreen(ReplayOptions(self.chosen.folder.path)))

    def action_export(self) -> None:
        if self.chosen is not None:
            self.post_message(ExportRequested(self.chosen.folder, self.chosen.checkpoint_names))

    def action_use_config(self) -> None:
        config = self.chosen.config() if self.chosen else None
        if config is not None:
            self.post_message(ConfigChosen(config))

    def action_copy_command(self) -> None:
        chosen, config = self.chosen, self.chosen.config() if self.chosen else None
        if chosen is not None and config is not None:
            try:
                self.post_message(CommandRequested(pinned_config(chosen.folder, config)))
            except UserError as error:
                self.notify(error.line(), severity="warning", markup=False)


def _replayed(folder: RunFolder) -> RunSnapshot:
    try:
        return replay(read_events(folder.events_file))
    except OSError:
        return RunSnapshot()  # a run that ended before its first event has no curves


def _test_of_best(summary: RunSummary) -> Report | None:
    """Return the test-set evaluation of checkpoint `best`; None if there is none."""
    best = next((checkpoint for checkpoint in summary.checkpoints if checkpoint.name == "best"), None)
    return summary.folder.newest_report("test", best.is_subject_of) if best and best.test_accuracy is not None else None


def _cells(summary: RunSummary) -> tuple[str, ...]:
    of = f"/{summary.planned_epochs}" if summary.planned_epochs else ""
    return (
        summary.run,
        summary.status,
        f"{summary.epochs}{of}",
        summary.dataset_mark,
        measured_accuracy(summary.best_validation_accuracy, summary.validation_size, unit=""),
        percent(summary.test_accuracy, unit=""),
        duration(summary.active_seconds) if summary.active_seconds else MISSING,
        summary.model or MISSING,
    )
