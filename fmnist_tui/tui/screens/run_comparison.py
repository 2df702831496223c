"""Two to eight runs compared: their curves in one plot, and a table of their results and settings."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from textual import on, work
from textual.app import ComposeResult
from textual.timer import Timer

from fmnist_tui.data.splits import Split
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import UserError
from fmnist_tui.formatting import counted
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.run_comparison import ComparedRun, RunComparison, compare_runs
from fmnist_tui.runs.run_curves import CurvesFollower, RunCurves
from fmnist_tui.runs.test_set_usage import test_set_usage
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.checkpoint_catalog import CheckpointEntry
from fmnist_tui.tui.keyboard import PAGE_OPENING
from fmnist_tui.tui.screens.page_openers import Evaluated, open_comparison
from fmnist_tui.tui.screens.page_screen import PageScreen
from fmnist_tui.tui.widgets.comparison_plot import ComparisonPlot
from fmnist_tui.tui.widgets.comparison_table import ComparisonTable
from fmnist_tui.tui.widgets.report_pane import EvaluationCancelled, EvaluationProgress

SPLIT: Split = "validation"
"""The images on which checkpoints are compared: each test-set evaluation would make the next one less trustworthy."""

REFRESH_SECONDS = 2.0
"""How often runs that are being trained, by whichever process, are read again."""

PAIR = 2


class RunComparisonScreen(PageScreen):
    """The runs in the order in which they were given, called A, B, C and so on.

    Args:
        folders: Those of two to eight runs.
        engine: Evaluates their checkpoints, to compare them image by image.
        is_training: Return whether a run is active.
    """

    HELP = (
        "Curves and results of two to eight runs, and the settings in which they differ. Runs that differ in their "
        "seeds only are repeats: their mean has a 95 % interval by Student's t-distribution."
    )

    BINDINGS = bindings("run_comparison")

    def __init__(self, folders: Sequence[RunFolder], engine: Engine, is_training: Callable[[], bool]) -> None:
        super().__init__("Runs compared", counted(len(folders), "run"))
        self._folders = folders
        self._engine = engine
        self._comparison: RunComparison | None = None
        self._chosen: int | None = None
        self._logs: dict[str, CurvesFollower] = {}
        self._next_refresh: Timer | None = None
        self._plot, self._table = ComparisonPlot(), ComparisonTable()
        self._progress = EvaluationProgress(engine, is_training)

    def compose_page(self) -> ComposeResult:
        yield self.note
        yield self._progress
        yield self._plot
        yield self._table

    def on_mount(self) -> None:
        self.note.display = self._progress.display = False
        self.action_refresh()

    @work(exclusive=True, group="runs")
    async def action_refresh(self) -> None:
        """Read the runs, and then their curves, which takes longer."""
        try:
            comparison = await asyncio.to_thread(_compared, self._folders)
        except UserError as error:
            self._show_error(error)
            return
        self._comparison = comparison
        self._table.show(comparison)
        curves: dict[str, RunCurves] = {}
        for run in comparison.runs:
            log = self._logs.setdefault(run.letter, CurvesFollower(run.summary.folder))
            curves[run.letter] = await asyncio.to_thread(log.read)
        self._plot.show(comparison, curves)
        self.refresh_bindings()
        if any(run.summary.status is RunStatus.RUNNING for run in comparison.runs):
            self._await_refresh()

    def _await_refresh(self) -> None:
        """Read the runs again later, but only while the page is visible."""
        if self._next_refresh is not None:
            self._next_refresh.stop()
        refresh = self.action_refresh if self.is_current else self._await_refresh
        self._next_refresh = self.set_timer(REFRESH_SECONDS, refresh)

    # What is plotted

    def action_metric(self, steps: int) -> None:
        self._plot.choose(self._plot.choice.with_metric(steps))

    def action_split(self) -> None:
        self._plot.choose(self._plot.choice.with_other_split())

    def action_axis(self) -> None:
        self._plot.choose(self._plot.choice.with_next_axis())

    def action_smooth(self, steps: int) -> None:
        self._plot.choose(self._plot.choice.smoother(steps))

    def action_group(self) -> None:
        self._plot.choose(replace(self._plot.choice, is_grouped=not self._plot.choice.is_grouped))

    # The paired comparison of two checkpoints

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        is_idle = self._progress.active is None
        match action:
            case "group":
                return self._comparison is not None and bool(self._comparison.repeats)
            case "compare":
                return (is_idle and self._pair() is not None) or None
        return super().check_action(action, parameters)

    def _pair(self) -> tuple[ComparedRun, ComparedRun] | None:
        """Return the runs whose checkpoints would be compared: the only two, or the chosen one and the current one."""
        if self._comparison is None:
            return None
        runs = self._comparison.runs
        first = 0 if len(runs) == PAIR else self._chosen
        second = 1 if len(runs) == PAIR else self._table.current
        return None if first is None or first == second else (runs[first], runs[second])

    def _choose(self, chosen: int | None) -> None:
        self._chosen = chosen
        self._table.mark(chosen)
        self.refresh_bindings()

    @on(ComparisonTable.Chosen)
    def _run_chosen(self) -> None:
        if self._pair() is not None:
            self.action_compare()
        else:
            self._choose(None if self._chosen == self._table.current else self._table.current)

    def action_cancel(self) -> None:
        if self._progress.active is not None:
            self._progress.cancel()
        elif self._chosen is not None:
            self._choose(None)
        else:
            self.action_back()  # Textual leaves out a key of the base class that this one has, too

    def action_compare(self) -> None:
        pair = self._pair()
        if pair is not None and self._progress.active is None:
            self._show_error(None)
            self._compare(*pair)

    @work(exclusive=True, group="evaluating")
    async def _compare(self, first: ComparedRun, second: ComparedRun) -> None:
        """Compare two checkpoints. Those that were not evaluated are evaluated first."""
        try:
            a, b = [await self._evaluated(run) for run in (first, second)]
            if self.is_current:  # else another view or page was opened meanwhile
                self._open(a, b)
        except EvaluationCancelled:
            pass
        except Exception as error:  # noqa: BLE001 - whatever the error of one checkpoint, the runs can be compared
            self._show_error(error)

    @work(exclusive=True, group=PAGE_OPENING)
    async def _open(self, a: Evaluated, b: Evaluated) -> None:
        try:
            await open_comparison(self.app, self._engine, a, b)
        except UserError as error:
            self._show_error(error)
        else:
            self._choose(None)

    async def _evaluated(self, run: ComparedRun) -> Evaluated:
        """Return the run's best checkpoint with its evaluation, a saved one or else a new one."""
        best = next((checkpoint for checkpoint in run.summary.checkpoints if checkpoint.name == "best"), None)
        if best is None:
            raise UserError(f"run {run.letter} has no checkpoint", "Compare runs that have finished an epoch")
        entry = CheckpointEntry(run.summary, best, test_set_usage(run.summary, Counter()))
        report = await asyncio.to_thread(entry.newest_report, SPLIT)
        if report is None:
            self._progress.begin(entry, SPLIT)
            self._progress.display = True
            self.refresh_bindings()
            try:
                report = await self._progress.evaluate(entry, SPLIT)
            finally:
                self._progress.display = False
                self.refresh_bindings()
        return entry, report

    def _show_error(self, error: BaseException | None) -> None:
        self.note.display = error is not None
        if error is not None:
            self.show_error(error)


def _compared(folders: Sequence[RunFolder]) -> RunComparison:
    return compare_runs([summary_of(folder) for folder in folders])
