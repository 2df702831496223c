"""One sweep: its trials as they arrive, and plots of what was found."""

import asyncio
from dataclasses import replace

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message

from fmnist_tui.errors import UserError
from fmnist_tui.formatting import percent
from fmnist_tui.sanitize import one_line, quote
from fmnist_tui.sweeps.overview import SweepOverview, SweepTrial
from fmnist_tui.sweeps.slots import TrialState
from fmnist_tui.sweeps.space import params_text
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.messages import ConfigChosen, RunChosen, WatchRequested
from fmnist_tui.tui.polling import Polling
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.screens.sweep_commands import add_worker, ask_and_stop, copy_worker_command
from fmnist_tui.tui.sweep_reader import SweepReader
from fmnist_tui.tui.widgets.sweep_plots import SweepPlots
from fmnist_tui.tui.widgets.sweep_table import state_text, trial_columns, trial_lines
from fmnist_tui.tui.widgets.virtual_table import VirtualTable

CHECK_SECONDS = 0.2
"""How often the page looks whether something was read."""

READ_SECONDS = 2.0


class SweepScreen(PageScreen):
    """The trials beside the plots, or above them where there is no room. It is read again and again.

    Args:
        name: The name of the sweep.
        reader: Reads it.
    """

    HELP = (
        "The trials of a sweep and what they have reached on the validation images. Each trial is an ordinary run: "
        "enter shows it in Runs, where it is evaluated, compared and replayed."
    )

    BINDINGS = bindings("sweep")

    def __init__(self, name: str, reader: SweepReader) -> None:
        super().__init__("Sweep", one_line(name))
        self._sweep_name = name
        self._reader = reader
        self._polling = Polling(self._read, READ_SECONDS)
        self._table = VirtualTable(id="trials")
        self._table.border_title = "Trials"
        self._plots = SweepPlots(id="sweep-plots")
        self._is_best_first = False
        self._importances: tuple[int, dict[str, float]] | None = None

    def compose_page(self) -> ComposeResult:
        yield self.note
        with Container(id="sweep-body"):
            yield self._table
            yield self._plots

    def on_mount(self) -> None:
        super().on_mount()
        self.show_note("Reading the sweep…")
        self.query_one("#sweep-body").display = False
        self.set_interval(CHECK_SECONDS, self._check)

    def _read(self) -> SweepOverview:
        """Return the sweep; at first without importances, for which Optuna loads much."""
        found = self._reader.overview(self._sweep_name, with_importances=False)
        complete = found.count(TrialState.COMPLETE)
        if self._importances is None:
            self._importances = -1, {}
            self._polling.hurry()
            return found
        if self._importances[0] != complete:
            found = self._reader.overview(self._sweep_name, with_importances=True)
            self._importances = complete, found.importances
        return replace(found, importances=self._importances[1])

    def _check(self) -> None:
        if self.is_current and self._polling.poll():
            self._show()

    @property
    def overview(self) -> SweepOverview | None:
        """What was read last."""
        return self._polling.newest

    @property
    def chosen(self) -> SweepTrial | None:
        """The trial under the bar."""
        trials = self.overview.trials if self.overview is not None else ()
        return next((trial for trial in trials if str(trial.number) == self._table.chosen), None)

    def _show(self) -> None:
        body = self.query_one("#sweep-body")
        if (overview := self.overview) is not None:
            lines = trial_lines(overview, is_best_first=self._is_best_first)
            self._table.show(trial_columns(overview), lines)
            order = "best first" if self._is_best_first else "newest first"
            self._table.border_title = f"Trials ({len(lines)}), {order}"
            if not body.display:
                body.display = True
                self._table.focus()
        self._show_chosen()

    @on(VirtualTable.Highlighted, "#trials")
    def _show_chosen(self) -> None:
        overview, chosen = self.overview, self.chosen
        if overview is not None:
            self._plots.show(overview, chosen.number if chosen is not None else None)
        if self._polling.problem:
            self.show_problem(self._polling.problem)
        elif overview is not None:
            self.show_note("\n".join(filter(None, [_condition(overview), _about(chosen), _best(overview)])))
        self.refresh_bindings()

    # Actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        overview, chosen = self.overview, self.chosen
        match action:
            case "use_best":
                return (overview is not None and overview.best is not None) or None
            case "use_config":
                return (chosen is not None and bool(chosen.params)) or None
            case "watch":
                return (chosen is not None and bool(chosen.run)) or None
            case "stop" | "work":
                return (overview is not None and not overview.is_done) or None
            case "turn" | "order" | "copy":
                return overview is not None or None
        return super().check_action(action, parameters)

    def action_use_best(self) -> None:
        if self.overview is not None and self.overview.best is not None:
            self._use(self.overview, self.overview.best)

    def action_use_config(self) -> None:
        if self.overview is not None and self.chosen is not None:
            self._use(self.overview, self.chosen)

    def _use(self, overview: SweepOverview, trial: SweepTrial) -> None:
        try:
            config = overview.settings.config_of(trial.params)
        except UserError as error:
            self.notify(error.line(), severity="error", markup=False)
        else:
            self._leave_for(ConfigChosen(config))

    def _leave_for(self, message: Message) -> None:
        """Close the pages, and let the app show something else."""
        self.post_message(message)
        while len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    @on(VirtualTable.Selected, "#trials")
    async def _open_run(self) -> None:
        """Show the run of the trial in Runs."""
        await self._with_run(is_watched=False)

    async def action_watch(self) -> None:
        await self._with_run(is_watched=True)

    async def _with_run(self, *, is_watched: bool) -> None:
        from fmnist_tui.sweeps.run_requests import local_run

        trial = self.chosen
        if trial is None:
            return
        folder = await asyncio.to_thread(local_run, trial.run)
        if folder is not None:
            self._leave_for(WatchRequested(folder) if is_watched else RunChosen(folder.path))
        elif trial.run:
            where = f" on {trial.host}" if trial.host else ""
            self.notify(f"Run {trial.run} is not in this home: it was trained{where}, or deleted.", markup=False)
        else:
            self.notify(f"Trial {trial.number} has no run yet.", markup=False)

    @work(group="sweep changes")
    async def action_stop(self) -> None:
        if self.overview is not None:
            is_running = self.chosen is not None and self.chosen.state is TrialState.RUNNING
            await ask_and_stop(self.app, self.overview, self.chosen if is_running else None)
            self._polling.hurry()

    @work(group="sweep changes")
    async def action_work(self) -> None:
        if self.overview is not None:
            await add_worker(self.app, self.overview)
            self._polling.hurry()

    def action_turn(self, pages: int) -> None:
        self._plots.turn(pages)

    def action_order(self) -> None:
        self._is_best_first = not self._is_best_first
        self._show()

    def action_copy(self) -> None:
        if self.overview is not None:
            copy_worker_command(self.app, self.overview)

    def action_refresh(self) -> None:
        self._polling.hurry()


def _condition(overview: SweepOverview) -> str:
    """Return the state of the sweep."""
    settings = overview.settings
    status = f"stopped {overview.stopped_by}" if overview.status == "stopped" else overview.status
    text = f"{status}: {overview.results} of {settings.trials} results, {settings.sampler}, pruner {settings.pruner}"
    if overview.status == "waiting":
        text += "; no worker trains it, B starts one"
    return text


def _best(overview: SweepOverview) -> str:
    """Return the best trial; empty if there is none yet."""
    best = overview.best
    return "" if best is None else f"Best: trial {best.number}, {percent(best.accuracy)}: {params_text(best.params)}"


def _about(trial: SweepTrial | None) -> str:
    """Return what the table does not show of a trial."""
    if trial is None:
        return ""
    parts = [f"Trial {trial.number} {state_text(trial)}"]
    if trial.continues is not None:
        parts.append(f"continues trial {trial.continues}")
    if trial.run:
        parts.append(f"run {quote(trial.run)}")
    return ", ".join(parts) + (f": {trial.reason}" if trial.reason else "")
