"""The report of one checkpoint on one split, with the choice of the split and the progress of an evaluation."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.data.splits import Split
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import error_line
from fmnist_tui.evaluation.report import Report
from fmnist_tui.formatting import count, percent
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.checkpoint_catalog import CheckpointEntry
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.paragraph import Paragraph
from fmnist_tui.tui.widgets.progress_bar import EMPTY, FULL
from fmnist_tui.tui.widgets.report_view import ReportView
from fmnist_tui.tui.widgets.styled_lines import StyledLines

SPLITS: tuple[Split, ...] = ("validation", "test")
"""Validation first: every test-set evaluation makes the next one less trustworthy."""


class EvaluationCancelled(Exception):
    """The user cancelled the evaluation."""


class EvaluationProgress(StyledLines):
    """Evaluates one checkpoint at a time and shows how far it is.

    Args:
        engine: Evaluates the checkpoints.
        is_training: Return whether a run is active; an evaluation waits for the end of its current batch.

    Attributes:
        active: The key of the checkpoint that is being evaluated, and the split; None if none is.
    """

    COMPONENT_CLASSES = {f"evaluation-progress--{part}" for part in ("text", "done", "left")}

    def __init__(self, engine: Engine, is_training: Callable[[], bool]) -> None:
        super().__init__(id="evaluate-progress")
        self._engine = engine
        self._is_training = is_training
        self.active: tuple[str, Split] | None = None
        self._asked: Future[Report] | None = None
        self._what = ""
        self._images: tuple[int, int] | None = None
        self._is_cancelled = False

    def begin(self, checkpoint: CheckpointEntry, split: Split) -> None:
        """Show that an evaluation is about to start."""
        self.active = (checkpoint.key, split)
        self._what = one_line(f"{checkpoint.name} on {split}")
        self._images, self._is_cancelled = None, False
        self.redraw()

    async def evaluate(self, checkpoint: CheckpointEntry, split: Split) -> Report:
        """Return a new report; raise the engine's error if there is one, and `EvaluationCancelled` after `cancel`."""
        try:
            self._asked = self._engine.evaluate(checkpoint.folder.path, checkpoint.name, split, self._progressed)
            return await asyncio.wrap_future(self._asked)
        except asyncio.CancelledError:
            if not self._is_cancelled:
                raise
            raise EvaluationCancelled from None
        finally:
            self.active = self._asked = None

    def cancel(self) -> None:
        """End the evaluation before its next batch, without a report."""
        self._is_cancelled = True
        if self._asked is not None:
            self._asked.cancel()  # in vain if it has begun

    def _progressed(self, done: int, total: int) -> None:
        """Called on the compute thread."""
        if self._is_cancelled:
            raise EvaluationCancelled
        self._images = (done, total)
        self.call_later(self.redraw)

    def redraw(self) -> None:
        if self._images is None:
            wait = "waits for the end of the current batch" if self._is_training() else "loading the checkpoint"
            self.write([[(f"{self._what}: {wait} · esc cancels", "evaluation-progress--text")]])
            return
        done, total = self._images
        note = f" {100 * done / max(1, total):3.0f} %  {count(done)} of {count(total)} images · esc cancels"
        room = max(4, self.size.width - len(self._what) - len(note) - 1)
        full = round(room * done / max(1, total))
        self.write(
            [
                [
                    (f"{self._what} ", "evaluation-progress--text"),
                    (FULL * full, "evaluation-progress--done"),
                    (EMPTY * (room - full), "evaluation-progress--left"),
                    (note, "evaluation-progress--text"),
                ]
            ]
        )


class ReportPane(Vertical):
    """Shows saved reports; none is made here.

    Args:
        engine: Evaluates checkpoints.
        is_training: Return whether a run is active.

    Attributes:
        progress: The progress of an evaluation.
        report: The report, or a note.
        shown: The checkpoint and the report that are shown; None if there is no report.
    """

    def __init__(self, engine: Engine, is_training: Callable[[], bool]) -> None:
        super().__init__(id="evaluate-page")
        # Attributes, because queries fail after an await if the app is about to close.
        self.progress, self.report = EvaluationProgress(engine, is_training), ReportView()
        self._choice, self._note = Choice(SPLITS, SPLITS[0], id="split"), Paragraph(id="evaluate-note")
        self._hint = Paragraph(id="evaluate-hint")
        self.shown: tuple[CheckpointEntry, Report] | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="evaluate-controls"):
            yield Static(Content("evaluated on"), id="split-label")
            yield self._choice
            yield self._hint
        yield self.progress
        yield self._note
        yield self.report

    @property
    def split(self) -> Split:
        """The split to evaluate on."""
        return next(split for split in SPLITS if split == self._choice.value)

    def show_hint(self, text: str) -> None:
        """Show what can be done next beside the choice of the split, where it moves nothing."""
        self._hint.update(Content(text))

    def show_error(self, error: Exception | None) -> None:
        """Show an error above the report; none takes no room."""
        self._note.display = error is not None
        self._note.update("" if error is None else Content.styled(f"✗ {error_line(error)}", "$text-error"))

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

    def _placeholder(self, entry: CheckpointEntry | None, split: Split) -> Content:
        if entry is None:
            return Content.assemble(
                ("No checkpoint yet\n\n", "bold"),
                "A run saves one after each epoch that is its best so far.\n",
                *_key("t", "Train"),
                *_key("s", "start a run"),
            )
        if self.progress.active == (entry.key, split):
            return Content(f"Evaluating on the {split} set…")
        other = "validation" if split == "test" else "test"
        accuracy = entry.checkpoint.validation_accuracy
        known = ""
        if split == "validation" and accuracy is not None:
            known = f"Validation accuracy {percent(accuracy)}, measured during training.\n"
        return Content.assemble(
            (f"Not evaluated on the {split} set yet\n\n", "bold"),
            f"{known}An evaluation shows the confusion matrix and the scores of each class.\n",
            *_key("enter", "evaluate"),
            *_key("d", f"{other} set"),
        )


def _key(key: str, what: str) -> tuple[tuple[str, str], str]:
    return (f"\n{key}", "bold $text-accent"), f"  {what}"
