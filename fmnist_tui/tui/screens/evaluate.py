"""The Evaluate view: what each checkpoint is worth on the test set, and where it goes wrong."""

import asyncio
from pathlib import Path
from typing import ClassVar, get_args

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.evaluation.report import Split
from fmnist_tui.runs.snapshot import Snapshot
from fmnist_tui.tui.engine import Engine
from fmnist_tui.tui.messages import EvaluationMoved
from fmnist_tui.tui.screens.view import ViewScreen
from fmnist_tui.tui.shelf import CheckpointOnDisk, checkpoint_key, checkpoints_on_disk
from fmnist_tui.tui.text import NOTHING, explain, percent
from fmnist_tui.tui.widgets.choice import Choice
from fmnist_tui.tui.widgets.listing import Line, Listing
from fmnist_tui.tui.widgets.meter import Meter
from fmnist_tui.tui.widgets.report_view import ReportView

SPLITS = ("test", "validation")

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
    """Checkpoints above, the chosen one's report below. Reports kept with a run are shown without measuring again."""

    VIEW = "evaluate"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "evaluate", "Evaluate", tooltip="Measure the checkpoint on the split", id="evaluate.measure"),
        Binding("d", "other_split", "Test/validation", tooltip="Change what it is measured on", id="evaluate.split"),
        Binding(
            "f5",
            "refresh",
            "Look again",
            show=False,
            tooltip="Read the checkpoints from disk again",
            id="evaluate.refresh",
        ),
    ]

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._shelf: dict[str, CheckpointOnDisk] = {}
        self._wanted: str | None = None
        self._measuring: CheckpointOnDisk | None = None
        self._subject: tuple[str | None, Split] | None = None

    def compose_view(self) -> ComposeResult:
        with Container(id="evaluate-body"):
            yield Listing(id="checkpoints")
            with Vertical(id="evaluate-page"):
                with Horizontal(id="evaluate-controls"):
                    yield Static(Content("measured on"), id="split-label")
                    yield Choice(SPLITS, SPLITS[0], id="split")
                    yield Meter("", id="evaluate-meter")
                yield Static(id="evaluate-note")
                yield ReportView()

    def on_screen_resume(self) -> None:
        self.action_refresh()

    def run_moved(self, before: Snapshot | None, snapshot: Snapshot | None) -> None:
        if snapshot is not None and (before is None or before.checkpoints != snapshot.checkpoints):
            self.action_refresh()

    def select(self, run: Path, checkpoint: str) -> None:
        """Moves to a checkpoint, at once or when the list is read."""
        self._wanted = checkpoint_key(run, checkpoint)
        self._choose_wanted()

    @property
    def split(self) -> Split:
        """The set that is measured on."""
        value = self.query_one("#split", Choice).value
        return next(split for split in get_args(Split) if split == value)

    @property
    def chosen(self) -> CheckpointOnDisk | None:
        """The checkpoint under the bar."""
        return self._shelf.get(self.query_one(Listing).chosen or "")

    # Reading

    @work(exclusive=True, group="shelf")
    async def action_refresh(self) -> None:
        if not self._shelf:
            self.query_one(ReportView).show(None, "Reading the checkpoints…", 0)
        self._shelf, lines = await asyncio.to_thread(_read_shelf)
        self.query_one(Listing).show(COLUMNS, lines)
        self._choose_wanted()
        self._show_report()
        self.refresh_bindings()

    def _choose_wanted(self) -> None:
        if self._wanted in self._shelf:
            self.query_one(Listing).choose(self._wanted)
            self._wanted = None

    @on(Listing.Highlighted, "#checkpoints")
    @on(Choice.Changed, "#split")
    def _chosen_anew(self) -> None:
        subject = (self.query_one(Listing).chosen, self.split)
        if subject != self._subject:  # the bar is set anew after each reading, mostly to where it was
            self._subject = subject
            self._note(Content(""))
        self._show_report()

    @work(exclusive=True, group="report")
    async def _show_report(self) -> None:
        chosen, split, view = self.chosen, self.split, self.query_one(ReportView)
        if chosen is None:
            view.show(None, "No checkpoint yet: a run saves one after each epoch that beats the ones before.", 0)
            return
        report = await asyncio.to_thread(chosen.newest_report, split)
        view.show(report, f"Not measured on the {split} set yet. e measures it.", chosen.summary.test_looks)

    # Measuring

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "evaluate":
            return (self._measuring is None and bool(self._shelf)) or None
        return True

    @on(Listing.Selected, "#checkpoints")
    def action_evaluate(self) -> None:
        if self._measuring is None and self.chosen is not None:
            self._measure(self.chosen, self.split)

    def action_other_split(self) -> None:
        self.query_one("#split", Choice).action_step(1)

    @work(group="measuring")
    async def _measure(self, checkpoint: CheckpointOnDisk, split: Split) -> None:
        self._begin(checkpoint)
        try:
            future = self._engine.evaluate(checkpoint.folder.path, checkpoint.name, split, self._hear_progress)
            await asyncio.wrap_future(future)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one checkpoint, the others can be measured
            self._end(Content.styled(f"✗ {explain(error)}", "$text-error"))
        else:
            self._end(Content(""))
        self.action_refresh()

    def _begin(self, checkpoint: CheckpointOnDisk) -> None:
        self._measuring = checkpoint
        self.add_class("-measuring")
        self._note(Content(""))
        self.query_one(Meter).show("waiting", 0.0, checkpoint.name)
        self.refresh_bindings()

    def _end(self, note: Content) -> None:
        self._measuring = None
        self.remove_class("-measuring")
        self._note(note)
        self.refresh_bindings()

    def _note(self, note: Content) -> None:
        """Says what went wrong, in as many lines as it takes."""
        label = self.query_one("#evaluate-note", Static)
        label.display = bool(note)
        label.update(note)

    def _hear_progress(self, done: int, total: int) -> None:
        """Called on the compute thread."""
        self.post_message(EvaluationMoved(done, total))

    @on(EvaluationMoved)
    def _moved(self, message: EvaluationMoved) -> None:
        self.query_one(Meter).show(
            "images", message.done / max(1, message.total), f"{message.done:,} of {message.total:,}"
        )


def _read_shelf() -> tuple[dict[str, CheckpointOnDisk], list[Line]]:
    """The checkpoints by key, and a line for each: made on a thread, for with 10,000 runs it takes its time."""
    shelf = checkpoints_on_disk()
    lines: list[Line] = [(checkpoint.key, _cells(checkpoint)) for checkpoint in shelf]
    return {checkpoint.key: checkpoint for checkpoint in shelf}, lines


def _cells(checkpoint: CheckpointOnDisk) -> tuple[str, ...]:
    summary, kept = checkpoint
    return (
        summary.run,
        summary.model or NOTHING,
        kept.name,
        NOTHING if kept.epoch is None else str(kept.epoch),
        "DEMO" if summary.is_demo else "",
        percent(kept.validation_accuracy),
        percent(kept.test_accuracy),
    )
