"""The Evaluate view: what each checkpoint is worth on the test set, and where it goes wrong."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar, get_args

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from fmnist_tui.data.splits import Split
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import UserError
from fmnist_tui.evaluation.report import Report
from fmnist_tui.formatting import MISSING, percent
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.snapshot import Snapshot
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.checkpoint_catalog import CheckpointEntry, checkpoint_key, checkpoints_on_disk
from fmnist_tui.tui.dialogs import ask_before_testing_again
from fmnist_tui.tui.messages import EvaluationMoved
from fmnist_tui.tui.page_openers import Evaluated, open_calibration, open_comparison, open_matrix
from fmnist_tui.tui.screens.classify import ClassifyScreen
from fmnist_tui.tui.screens.view import ViewScreen
from fmnist_tui.tui.text import explain
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.progress_bar import ProgressBar
from fmnist_tui.tui.widgets.report_view import ReportView
from fmnist_tui.tui.widgets.virtual_table import Line, VirtualTable

SPLITS = ("validation", "test")
"""Validation first: every look at the test set wears it out a little."""

SECONDS_BEFORE_READING_AGAIN = 1.0
SHARE_FOR_READING = 0.05
"""Of the time may go into reading the checkpoints again and again while a run saves some."""

COLUMNS = (
    ("run", False),
    ("model", False),
    ("kept", False),
    ("epoch", True),
    ("", False),
    ("validation", True),
    ("test", True),
)


class EvaluateScreen(ViewScreen):
    """Checkpoints above, the chosen one's report below. Reports kept with a run are shown without measuring again.

    Args:
        engine: Measures the checkpoints.
        snapshot: Returns the newest run of this session, whose best checkpoint is selected when the view is entered.
    """

    VIEW = "evaluate"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "e",
            "evaluate",
            "Evaluate",
            tooltip="Evaluate the checkpoint on the split; asks before it does so on the test set again",
            id="evaluate.measure",
        ),
        Binding(
            "d",
            "other_split",
            "Split",
            tooltip="Validation or test set",
            id="evaluate.split",
        ),
        Binding("m", "matrix", "Matrix", tooltip="Walk the confusion matrix and see its images", id="evaluate.matrix"),
        Binding("r", "calibration", "Reliable?", tooltip="Is it as sure as it should be?", id="evaluate.calibration"),
        Binding(
            "c",
            "compare",
            "Compare",
            tooltip="Mark it as A; on another one, evaluate what is missing and compare that one with A",
            id="evaluate.compare",
        ),
        Binding(
            "escape", "release", "Let go of A", show=False, tooltip="Compare with A no more", id="evaluate.release"
        ),
        Binding("p", "classify", "Picture", tooltip="Draw a picture, or open one, and ask it", id="evaluate.classify"),
        Binding(
            "f5",
            "refresh",
            "Look again",
            show=False,
            tooltip="Read the checkpoints from disk again",
            id="evaluate.refresh",
        ),
    ]

    def __init__(self, engine: Engine, snapshot: Callable[[], Snapshot | None]) -> None:
        super().__init__()
        self._engine = engine
        self._snapshot = snapshot
        self._shelf: dict[str, CheckpointEntry] = {}
        self._lines: list[Line] = []
        # At hand, for they are needed again when something was read, and by then the app may be about to close.
        self._listing, self._report = VirtualTable(id="checkpoints"), ReportView()
        self._choice = Choice(SPLITS, SPLITS[0], id="split")
        self._meter, self._note_line = ProgressBar("", id="evaluate-meter"), Static(id="evaluate-note")
        self._wanted: str | None = None
        self._last_run: str | None = None
        self._measuring: tuple[str, Split] | None = None
        self._subject: tuple[str | None, Split] | None = None
        self._shown: Evaluated | None = None
        self._marked: str | None = None
        self._reading_took = 0.0
        self._reading_again: Timer | None = None

    def compose_view(self) -> ComposeResult:
        with Container(id="evaluate-body"):
            yield self._listing
            with Vertical(id="evaluate-page"):
                with Horizontal(id="evaluate-controls"):
                    yield Static(Content("measured on"), id="split-label")
                    yield self._choice
                    yield self._meter
                yield self._note_line
                yield self._report

    def on_mount(self) -> None:
        self._select_new_run()
        # At once, so that a checkpoint that the Runs view asks for afterwards is the one that is selected.
        self.app.mode_change_signal.subscribe(self, self._mode_changed, immediate=True)

    def _mode_changed(self, mode: str) -> None:
        if mode == self.VIEW:
            self._select_new_run()

    def _select_new_run(self) -> None:
        """Select the best checkpoint of the session's newest run, the first time that the view is entered after it."""
        snapshot = self._snapshot()
        if snapshot is None or snapshot.started is None or "best" not in snapshot.checkpoints:
            return
        run = snapshot.started.run
        if run != self._last_run:
            self._last_run = run
            self.select(runs_folder() / run, "best")

    def on_screen_resume(self) -> None:
        self.action_refresh()

    def run_moved(self, before: Snapshot | None, snapshot: Snapshot | None) -> None:
        is_news = snapshot is not None and (before is None or before.checkpoints != snapshot.checkpoints)
        if is_news and self._reading_again is None:
            # A quick run saves several times a second, and with very many runs on disk a look at all takes its time.
            wait = max(SECONDS_BEFORE_READING_AGAIN, self._reading_took / SHARE_FOR_READING)
            self._reading_again = self.set_timer(wait, self._read_again)

    def _read_again(self) -> None:
        self._reading_again = None
        self.action_refresh()

    def select(self, run: Path, checkpoint: str) -> None:
        """Moves to a checkpoint, at once or when the list is read."""
        self._wanted = checkpoint_key(run, checkpoint)
        self._choose_wanted()

    @property
    def split(self) -> Split:
        """The set that is measured on."""
        value = self._choice.value
        return next(split for split in get_args(Split) if split == value)

    @property
    def chosen(self) -> CheckpointEntry | None:
        """The checkpoint under the bar."""
        return self._shelf.get(self._listing.chosen or "")

    @property
    def _settled(self) -> CheckpointEntry | None:
        """The checkpoint under the bar; None while the bar is about to move to another."""
        return self.chosen if self._wanted is None else None

    # Reading

    @work(exclusive=True, group="shelf")
    async def action_refresh(self) -> None:
        if not self._shelf:
            self._report.show_nothing("Reading the checkpoints…")
        began = time.monotonic()
        self._shelf, self._lines = await asyncio.to_thread(_read_shelf)
        self._reading_took = time.monotonic() - began
        self._mark(self._marked if self._marked in self._shelf else None)
        self._choose_wanted()
        self._wanted = None  # what is not there now was deleted
        self._show_report()
        self.refresh_bindings()

    def _choose_wanted(self) -> None:
        if self._wanted in self._shelf:
            self._listing.choose(self._wanted)
            self._wanted = None

    @on(VirtualTable.Highlighted, "#checkpoints")
    @on(Choice.Changed, "#split")
    def _chosen_anew(self) -> None:
        subject = (self._listing.chosen, self.split)
        if subject != self._subject:  # the bar is set anew after each reading, mostly to where it was
            self._subject = subject
            self._note(Content(""))
        self._show_report()

    @work(exclusive=True, group="report")
    async def _show_report(self) -> None:
        chosen, split, view = self.chosen, self.split, self._report
        if chosen is None:
            self._shown = None
            view.show_nothing("No checkpoint yet: a run saves one after each epoch that beats the ones before.")
            return
        report = await asyncio.to_thread(chosen.newest_report, split)
        if report is None:
            view.show_nothing(self._why_nothing(chosen, split))
        else:
            view.show(report, chosen.usage)
        self._shown = None if report is None else (chosen, report)
        self.refresh_bindings()

    def _why_nothing(self, checkpoint: CheckpointEntry, split: Split) -> str:
        """Return what is shown in the place of a report that there isn't."""
        if self._measuring == (checkpoint.key, split):
            return f"Evaluating on the {split} set…"
        accuracy = checkpoint.checkpoint.validation_accuracy
        if split == "validation" and accuracy is not None:
            known = f"Validation accuracy {percent(accuracy)}, measured while it was trained."
            return f"{known} enter evaluates it: confusion matrix, and the figures of each class."
        return f"Not evaluated on the {split} set yet. enter evaluates it."

    # Taking the report apart

    def action_matrix(self) -> None:
        if self._shown is not None:
            self._open(open_matrix(self.app, self._engine, self._shown))

    def action_calibration(self) -> None:
        if self._shown is not None:
            self._open(open_calibration(self.app, self._shown))

    def action_compare(self) -> None:
        """Mark the checkpoint as A, or compare it with A; on A itself, let go of it."""
        chosen, marked = self._settled, self._shelf.get(self._marked or "")
        if chosen is None:
            return
        if marked is None:
            self._mark(chosen.key)
        elif marked.key == chosen.key:
            self._mark(None)
        else:
            self._compare(marked, chosen, self.split)

    def action_release(self) -> None:
        self._mark(None)

    def _mark(self, key: str | None) -> None:
        """Mark a checkpoint as A, or none."""
        is_another, self._marked = key != self._marked, key
        if key is None:
            self._listing.show(COLUMNS, self._lines)
        else:
            lines = [(own, ("A" if own == key else "", *cells)) for own, cells in self._lines]
            self._listing.show((("", False), *COLUMNS), lines)
        if is_another:
            self._note(Content(""))
            self.refresh_bindings()

    @work(group="measuring")
    async def _compare(self, a: CheckpointEntry, b: CheckpointEntry, split: Split) -> None:
        """Compare two checkpoints on a split. Those that were not evaluated on it are evaluated first."""
        evaluated = []
        for checkpoint in (a, b):
            report = await asyncio.to_thread(checkpoint.newest_report, split)
            report = report or await self._evaluate(checkpoint, split)
            if report is None:
                return
            evaluated.append((checkpoint, report))
        if self.is_current:  # else someone has gone elsewhere meanwhile
            self._open(open_comparison(self.app, self._engine, *evaluated))

    @work(exclusive=True, group="opening")
    async def action_classify(self) -> None:
        if (chosen := self.chosen) is not None:
            await self._opened(self._open_classify(chosen))

    async def _open_classify(self, chosen: CheckpointEntry) -> None:
        config = await asyncio.to_thread(chosen.folder.config)
        self.app.push_screen(ClassifyScreen(self._engine, chosen, config.spec.classes))

    @work(exclusive=True, group="opening")
    async def _open(self, opening: Awaitable[None]) -> None:
        await self._opened(opening)

    async def _opened(self, opening: Awaitable[None]) -> None:
        try:
            await opening
        except UserError as error:
            self._note(Content.styled(f"✗ {explain(error)}", "$text-error"))
        else:
            self._note(Content(""))

    # Measuring

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "evaluate":
                return (self._measuring is None and bool(self._shelf)) or None
            case "matrix" | "calibration":
                return self._shown is not None or None
            case "compare":
                return (bool(self._shelf) and (self._marked is None or self._measuring is None)) or None
            case "release":
                return self._marked is not None
            case "classify":
                return bool(self._shelf) or None
        return True

    @on(VirtualTable.Selected, "#checkpoints")
    @work(exclusive=True, group="opening")
    async def _open_or_evaluate(self) -> None:
        """Open the evaluation that is stored; evaluate the checkpoint only if there is none."""
        checkpoint, split = self._settled, self.split
        if checkpoint is None:
            return
        report = await asyncio.to_thread(checkpoint.newest_report, split)  # what is shown may be of the line before
        if report is not None:
            await self._opened(open_matrix(self.app, self._engine, (checkpoint, report)))
        else:
            self._measure(checkpoint, split)

    @work(exclusive=True, group="opening")
    async def action_evaluate(self) -> None:
        checkpoint, split = self._settled, self.split
        if checkpoint is None:
            return
        report = await asyncio.to_thread(checkpoint.newest_report, split)
        is_another_look = split == "test" and report is not None
        if not is_another_look or await ask_before_testing_again(self.app, checkpoint.usage):
            self._measure(checkpoint, split)

    def action_other_split(self) -> None:
        self._choice.action_step(1)

    @work(group="measuring")
    async def _measure(self, checkpoint: CheckpointEntry, split: Split) -> None:
        await self._evaluate(checkpoint, split)

    async def _evaluate(self, checkpoint: CheckpointEntry, split: Split) -> Report | None:
        """Evaluate a checkpoint; return None if that fails, or if there is an evaluation under way."""
        if self._measuring is not None:
            return None
        self._begin(checkpoint, split)
        report = None
        try:
            future = self._engine.evaluate(checkpoint.folder.path, checkpoint.name, split, self._hear_progress)
            report = await asyncio.wrap_future(future)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one checkpoint, the others can be measured
            self._end(Content.styled(f"✗ {explain(error)}", "$text-error"))
        else:
            self._end(Content(""))
        self.action_refresh()
        return report

    def _begin(self, checkpoint: CheckpointEntry, split: Split) -> None:
        self._measuring = (checkpoint.key, split)
        self.add_class("-measuring")
        self._note(Content(""))
        self._meter.show("waiting", 0.0, checkpoint.name)
        self._show_report()
        self.refresh_bindings()

    def _end(self, note: Content) -> None:
        self._measuring = None
        self.remove_class("-measuring")
        self._note(note)
        self.refresh_bindings()

    def _note(self, note: Content) -> None:
        """Says what went wrong, in as many lines as it takes; else which checkpoint waits to be compared."""
        marked = self._shelf.get(self._marked or "")
        if not note and marked is not None:
            name = f"{marked.summary.run}, {marked.name}"
            note = Content(f"A is {one_line(name)}. c on another one compares it with A; esc lets go of A.")
        self._note_line.display = bool(note)
        self._note_line.update(note)

    def _hear_progress(self, done: int, total: int) -> None:
        """Called on the compute thread."""
        self.post_message(EvaluationMoved(done, total))

    @on(EvaluationMoved)
    def _moved(self, message: EvaluationMoved) -> None:
        self._meter.show("images", message.done / max(1, message.total), f"{message.done:,} of {message.total:,}")


def _read_shelf() -> tuple[dict[str, CheckpointEntry], list[Line]]:
    """The checkpoints by key, and a line for each: made on a thread, for with 10,000 runs it takes its time."""
    shelf = checkpoints_on_disk()
    lines: list[Line] = [(checkpoint.key, _cells(checkpoint)) for checkpoint in shelf]
    return {checkpoint.key: checkpoint for checkpoint in shelf}, lines


def _cells(checkpoint: CheckpointEntry) -> tuple[str, ...]:
    summary, kept = checkpoint.summary, checkpoint.checkpoint
    return (
        summary.run,
        summary.model or MISSING,
        kept.name,
        MISSING if kept.epoch is None else str(kept.epoch),
        summary.dataset_mark,
        percent(kept.validation_accuracy),
        percent(kept.test_accuracy),
    )
