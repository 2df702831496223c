"""The curves of a run."""

from textual.app import ComposeResult
from textual.containers import Container

from fmnist_tui.events import EpochEnded
from fmnist_tui.runs.snapshot import Curves
from fmnist_tui.tui.widgets.curve_plot import CurvePlot


class RunPlots(Container):
    """Accuracy and loss, which show the same epochs and the same crosshair.

    Args:
        is_throttled: Whether they are drawn only now and then, because a training waits for it.
        id: The widget's id.
    """

    def __init__(self, *, is_throttled: bool = True, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._accuracy = CurvePlot("Accuracy", is_share=True, is_throttled=is_throttled, id="accuracy-plot")
        self._loss = CurvePlot("Loss", is_throttled=is_throttled, id="loss-plot")

    def compose(self) -> ComposeResult:
        yield self._accuracy
        yield self._loss

    def show(self, curves: Curves, best: EpochEnded | None, epochs: int, note: str) -> None:
        """Draw the curves of a run.

        Args:
            curves: Its curves.
            best: The epoch of its best checkpoint.
            epochs: The number of epochs that it has when it is finished.
            note: Shown while there are no curves.
        """
        accuracy = None if best is None else (float(best.epoch), best.validation_accuracy)
        loss = None if best is None else (float(best.epoch), best.validation_loss)
        self._accuracy.show(curves.train_accuracy, curves.validation_accuracy, epochs, note, accuracy)
        self._loss.show(curves.train_loss, curves.validation_loss, epochs, note, loss)

    def on_curve_plot_range_changed(self, event: CurvePlot.RangeChanged) -> None:
        event.stop()
        for plot in (self._accuracy, self._loss):
            if plot is not event.plot:
                plot.follow(event.plot.view)
