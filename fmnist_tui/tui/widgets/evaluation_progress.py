"""The progress bar of an evaluation, and the evaluation behind it."""

import asyncio

from textual import on

from fmnist_tui.data.splits import Split
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.evaluation.report import Report
from fmnist_tui.tui.checkpoint_catalog import CheckpointEntry
from fmnist_tui.tui.messages import EvaluationMoved
from fmnist_tui.tui.widgets.progress_bar import ProgressBar


class EvaluationProgress(ProgressBar):
    """Evaluates one checkpoint at a time and shows how far it is.

    Args:
        engine: Evaluates the checkpoints.

    Attributes:
        active: The key of the checkpoint that is being evaluated, and the split; None if none is.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__("", id="evaluate-meter")
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
        self.post_message(EvaluationMoved(done, total))

    @on(EvaluationMoved)
    def _moved(self, message: EvaluationMoved) -> None:
        self.show("images", message.done / max(1, message.total), f"{message.done:,} of {message.total:,}")
