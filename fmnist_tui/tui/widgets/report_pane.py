"""The report of one checkpoint on one split, with the choice of the split and the progress of an evaluation."""

import asyncio

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.data.splits import Split
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import error_line
from fmnist_tui.evaluation.report import Report
from fmnist_tui.formatting import percent
from fmnist_tui.tui.checkpoint_catalog import CheckpointEntry
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.progress_bar import ProgressBar
from fmnist_tui.tui.widgets.report_view import ReportView

SPLITS: tuple[Split, ...] = ("validation", "test")
"""Validation first: every test-set evaluation makes the next one less trustworthy."""


class EvaluationProgress(ProgressBar):
    """Evaluates one checkpoint at a time and shows how far it is.

    Args:
        engine: Evaluates the checkpoints.

    Attributes:
        active: The key of the checkpoint that is being evaluated, and the split; None if none is.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__("", id="evaluate-progress")
        self._engine = engine
        self.active: tuple[str, Split] | None = None

    def begin(self, checkpoint: CheckpointEntry, split: Split) -> None:
        """Show that an evaluation is about to start."""
        self.active = (checkpoint.key, split)
        self.show("waiting", 0.0, checkpoint.name)

    async def evaluate(self, checkpoint: CheckpointEntry, split: Split) -> Report:
        """Return a new report; the engine's error is raised if there is one."""
        try:
            future = self._engine.evaluate(checkpoint.folder.path, checkpoint.name, split, self._progressed)
            return await asyncio.wrap_future(future)
        finally:
            self.active = None

    def _progressed(self, done: int, total: int) -> None:
        """Called on the compute thread."""
        self.call_later(self.show, "images", done / max(1, total), f"{done:,} of {total:,}")


class ReportPane(Vertical):
    """Shows saved reports; none is made here.

    Args:
        engine: Evaluates checkpoints.

    Attributes:
        progress: The progress of an evaluation.
        report: The report, or a note.
        shown: The checkpoint and the report that are shown; None if there is no report.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(id="evaluate-page")
        # Attributes, because queries fail after an await if the app is about to close.
        self.progress, self.report = EvaluationProgress(engine), ReportView()
        self._choice, self._note = Choice(SPLITS, SPLITS[0], id="split"), Static(id="evaluate-note")
        self.shown: tuple[CheckpointEntry, Report] | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="evaluate-controls"):
            yield Static(Content("evaluated on"), id="split-label")
            yield self._choice
            yield self.progress
        yield self._note
        yield self.report

    @property
    def split(self) -> Split:
        """The split to evaluate on."""
        return next(split for split in SPLITS if split == self._choice.value)

    def show_note(self, text: str = "", error: Exception | None = None) -> None:
        """Show an error, or else a text, above the report; nothing takes no room."""
        note = Content(text) if error is None else Content.styled(f"✗ {error_line(error)}", "$text-error")
        self._note.display = bool(note)
        self._note.update(note)

    @work(exclusive=True, group="report")
    async def show_report(self, entry: CheckpointEntry | None) -> None:
        """Show the newest report of a checkpoint, or what can be done if there is none."""
        split = self.split
        report = None if entry is None else await asyncio.to_thread(entry.newest_report, split)
        if entry is not None and report is not None:
            self.report.show(report, entry.usage)
            self.shown = (entry, report)
        else:
            self.report.show_placeholder(self._placeholder(entry, split))
            self.shown = None
        self.screen.refresh_bindings()

    def _placeholder(self, entry: CheckpointEntry | None, split: Split) -> str:
        if entry is None:
            return "No checkpoint yet: a run saves one after each epoch that is its best so far."
        if self.progress.active == (entry.key, split):
            return f"Evaluating on the {split} set…"
        accuracy = entry.checkpoint.validation_accuracy
        if split == "validation" and accuracy is not None:
            known = f"Validation accuracy {percent(accuracy)}, measured during training."
            return f"{known} enter evaluates the checkpoint: confusion matrix and scores of each class."
        return f"Not evaluated on the {split} set yet. enter evaluates it."
