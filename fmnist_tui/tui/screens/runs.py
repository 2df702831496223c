"""The Runs view: all runs on this machine, with their configs, commands and curves."""

import asyncio
from contextlib import suppress
from pathlib import Path

from textual import events, on, work
from textual.app import ComposeResult

from fmnist_tui.errors import UserError
from fmnist_tui.formatting import count
from fmnist_tui.interface_options import ReplayOptions
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.labels import readable_labels
from fmnist_tui.runs.repeats import labels_to_repeat
from fmnist_tui.runs.reproduce import pinned_config
from fmnist_tui.runs.run_comparison import MAX_RUNS, MIN_RUNS
from fmnist_tui.runs.run_watch import RunWatch
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.messages import (
    CheckpointChosen,
    CommandRequested,
    ComparisonRequested,
    ConfigChosen,
    ExportRequested,
    QueueRequested,
    ResumeRequested,
    WatchRequested,
)
from fmnist_tui.tui.screens.columns_dialog import ColumnsDialog
from fmnist_tui.tui.screens.learning import LearningScreen
from fmnist_tui.tui.screens.repeat_dialog import ask_for_repeats
from fmnist_tui.tui.screens.replay import ReplayScreen
from fmnist_tui.tui.screens.run_card import RunCardScreen
from fmnist_tui.tui.screens.run_organizer import RunOrganizer
from fmnist_tui.tui.screens.view_screen import ViewScreen
from fmnist_tui.tui.widgets.run_details import RunDetails, read_run
from fmnist_tui.tui.widgets.run_list import RunList
from fmnist_tui.tui.widgets.virtual_table import VirtualTable

SECONDS_BETWEEN_POLLS = 2.0

NO_RUNS = "No runs yet: t opens the form, s starts a run."
NO_MATCH = "No run matches the filter: / edits it, esc removes it."


class RunsScreen(ViewScreen):
    """Runs above, the details of the current one below."""

    HELP = (
        "All runs on this machine. / filters them, o sorts them, O chooses the columns. A stopped or crashed run can "
        "be resumed from its newest good checkpoint. △ marks a run of which something can't be read."
    )

    VIEW = "runs"

    AUTO_FOCUS = "#runs"  # not the hidden line of the filter, which is above it

    BINDINGS = bindings("runs")

    def __init__(self) -> None:
        super().__init__()
        # Attributes, because queries fail after an await if the app is about to close.
        self._list, self._details = RunList(), RunDetails()
        self._watch = RunWatch()
        self._detailed: RunSummary | None = None
        self._organizer = RunOrganizer(self, self._run_changed)

    def compose_view(self) -> ComposeResult:
        yield self._list
        yield self._details

    def snapshot_changed(self, before: RunSnapshot | None, snapshot: RunSnapshot | None) -> None:
        is_over = snapshot is not None and snapshot.ended is not None
        if is_over and (before is None or before.ended is None):
            self.action_refresh()

    def select(self, run: Path) -> None:
        """Move the bar to a run, at once or as soon as it is read."""
        self._list.select(run.name)

    @property
    def chosen(self) -> RunSummary | None:
        """The run under the bar."""
        return self._list.chosen

    def on_mount(self) -> None:
        super().on_mount()
        self._polling = self.set_interval(SECONDS_BETWEEN_POLLS, self._refresh_what_changed)

    @on(events.ScreenSuspend)
    def _stop_polling(self) -> None:
        self._polling.pause()

    @on(events.ScreenResume)
    @work(exclusive=True, group="runs")
    async def action_refresh(self) -> None:
        self._polling.reset()
        self._polling.resume()
        if not self._list.runs:
            self._details.show_note("Reading the runs…")
        self._list.show_runs(await asyncio.to_thread(self._watch.read))

    def _refresh_what_changed(self) -> None:
        """Read what other processes changed, unless that is still being done."""
        if not any(worker.group == "poll" and worker.is_running for worker in self.workers):
            self._read_what_changed()

    @work(group="poll")
    async def _read_what_changed(self) -> None:
        with suppress(UserError):  # reported when the view is opened again
            changed = await asyncio.to_thread(self._watch.refresh)
            if changed is not None:
                self._list.show_runs(changed)

    def watch_maximized(self) -> None:
        super().watch_maximized()
        self._fit_list()

    @on(RunList.Listed)
    def _listed(self) -> None:
        self._fit_list()
        if self.chosen is None or self.chosen != self._detailed:  # else its log would be read again
            self._highlighted()

    def _fit_list(self) -> None:
        """Give the list the lines that it needs, and the rest to the details; all of them if it is maximized."""
        self._list.styles.max_height = None if self.maximized is self._list else self._list.lines_needed

    @on(VirtualTable.Highlighted, "#runs")
    def _highlighted(self) -> None:
        self._show_details()
        self.refresh_bindings()

    @work(exclusive=True, group="details")
    async def _show_details(self) -> None:
        self._detailed = chosen = self.chosen
        details = self._details
        if chosen is None:
            details.show_note(NO_MATCH if self._list.is_filtered and self._list.runs else NO_RUNS)
            return
        config = chosen.config()
        details.show_summary(chosen, config)
        details.show_read(await asyncio.to_thread(read_run, chosen, config), chosen, config)

    def _run_changed(self, run: str) -> None:
        """Read the runs again; if this one is new, because it was restored, move the bar to it."""
        if all(known.run != run for known in self._list.runs):
            self._list.select(run)
        self.action_refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        chosen = self.chosen if self.is_mounted else None
        match action:
            case "use_config" | "copy_command" | "watch" | "card" | "repeat":
                return (chosen is not None and chosen.model is not None) or None
            case "unfilter":
                return self.is_mounted and self._list.is_filtered
            case "resume":
                return (chosen is not None and chosen.can_resume) or None
            case "learning" | "replay" | "export" | "compare" | "mark" | "labels":
                return chosen is not None or None
            case "delete":
                return (chosen is not None and not chosen.is_running) or None
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

    def action_filter(self) -> None:
        self._list.open_filter()

    def action_unfilter(self) -> None:
        self._list.clear_filter()

    def action_columns(self, at_order: bool) -> None:
        self.app.push_screen(ColumnsDialog(self._list, at_order=at_order))

    def action_resume(self) -> None:
        if self.chosen is not None:
            self.post_message(ResumeRequested(self.chosen.folder))

    def action_compare(self) -> None:
        """Compare the marked runs, or the only marked one with the current one; the oldest is A."""
        runs = {run.run: run for run in self._list.marked}
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

    @work
    async def action_mark(self) -> None:
        if self.chosen is not None:
            await self._organizer.mark(self.chosen)

    @work
    async def action_labels(self) -> None:
        if self.chosen is not None:
            await self._organizer.edit(self.chosen.folder)

    @work
    async def action_delete(self) -> None:
        if self.chosen is not None:
            await self._organizer.delete(self.chosen)

    @work
    async def action_undo(self) -> None:
        await self._organizer.undo()

    def action_card(self) -> None:
        if self.chosen is not None:
            self.app.push_screen(RunCardScreen(self.chosen.folder))

    @work(exclusive=True, group="repeat")
    async def action_repeat(self) -> None:
        """Ask for a number of repeats, and queue them."""
        chosen = self.chosen
        if chosen is None:
            return
        try:
            configs = await ask_for_repeats(self.app, chosen, self._list.runs)
        except UserError as error:
            self.notify(error.line(), severity="error", markup=False)
            return
        if configs:
            labels = await asyncio.to_thread(readable_labels, chosen.folder)
            self.post_message(QueueRequested(configs, labels_to_repeat(labels)))

    def action_use_config(self) -> None:
        config = self.chosen.config() if self.chosen else None
        if config is not None:
            self.post_message(ConfigChosen(config))

    @work(exclusive=True, group="command")
    async def action_copy_command(self) -> None:
        chosen, config = self.chosen, self.chosen.config() if self.chosen else None
        if chosen is not None and config is not None:
            try:
                pinned = await asyncio.to_thread(pinned_config, chosen.folder, config)
                self.post_message(CommandRequested(pinned))
            except UserError as error:
                self.notify(error.line(), severity="warning", markup=False)
