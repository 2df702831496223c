"""The run under way, live: state, progress, figures, curves and log."""

from textual.containers import Container, Grid, Vertical

from fmnist_tui.config import RunConfig
from fmnist_tui.runs.snapshot import Snapshot
from fmnist_tui.tui.text import count, duration, loss_figure, percent, rate_figure
from fmnist_tui.tui.widgets.headline import Headline
from fmnist_tui.tui.widgets.log_view import LogView
from fmnist_tui.tui.widgets.meter import Meter
from fmnist_tui.tui.widgets.tile import Tile


class Dashboard(Vertical):
    """Draws a snapshot; knows nothing of how it came about."""

    async def furnish(self) -> None:
        """Adds all that is in it. Nobody sees it at first, and the curves' library is slow to load."""
        from fmnist_tui.tui.widgets.curve_plot import CurvePlot

        tiles = Grid(
            Tile("images/s", id="speed"),
            Tile("train loss", id="train-loss"),
            Tile("validation loss", id="validation-loss"),
            Tile("best validation", id="best"),
            Tile("learning rate", id="rate"),
            Tile("train accuracy", id="train-accuracy"),
            Tile("validation acc.", id="validation-accuracy"),
            Tile("time trained", id="elapsed"),
            id="tiles",
        )
        plots = Container(
            CurvePlot("loss", id="loss-plot"), CurvePlot("accuracy", is_share=True, id="accuracy-plot"), id="plots"
        )
        await self.mount(
            Headline(), Meter("epoch", id="epoch-meter"), Meter("run", id="run-meter"), tiles, plots, LogView()
        )

    def show(self, snapshot: Snapshot, config: RunConfig) -> None:
        """Shows a run as it stands, as soon as there is something to show it with."""
        if not self.query(LogView):
            return
        self.query_one(Headline).show(snapshot, config)
        self._show_progress(snapshot, config)
        self._show_figures(snapshot, config)
        self._show_curves(snapshot, config)
        self.query_one(LogView).show(snapshot.log)

    def _show_progress(self, snapshot: Snapshot, config: RunConfig) -> None:
        epochs = snapshot.started.config.epochs if snapshot.started else config.epochs
        epoch_meter, run_meter = self.query_one("#epoch-meter", Meter), self.query_one("#run-meter", Meter)
        if snapshot.download is not None and snapshot.download.total_bytes:
            done, total = snapshot.download.done_bytes, snapshot.download.total_bytes
            epoch_meter.show("download", done / total, f"{done / 1e6:.1f} of {total / 1e6:.1f} MB")
        elif snapshot.is_validating:
            epoch_meter.show("epoch", snapshot.epoch_fraction, "validating")
        else:
            epoch_meter.show("epoch", snapshot.epoch_fraction, _left(snapshot, snapshot.epoch_remaining_seconds))
        run_meter.show(f"{snapshot.epoch}/{epochs}", snapshot.fraction, _left(snapshot, snapshot.remaining_seconds))

    def _show_figures(self, snapshot: Snapshot, config: RunConfig) -> None:
        is_demo = snapshot.is_demo or config.is_demo
        latest, last, best = snapshot.latest, snapshot.last_epoch, snapshot.best
        self._tile("speed").show(count(latest.images_per_second if latest else None))
        self._tile("rate").show(rate_figure(latest.learning_rate if latest else None))
        self._tile("elapsed").show(duration(snapshot.active_seconds))
        self._tile("train-loss").show(loss_figure(latest.loss if latest else None))
        self._tile("validation-loss").show(loss_figure(last.validation_loss if last else None))
        self._tile("train-accuracy").show(percent(latest.accuracy if latest else None), is_demo=is_demo)
        self._tile("validation-accuracy").show(percent(last.validation_accuracy if last else None), is_demo=is_demo)
        label = f"best · epoch {best.epoch}" if best else "best validation"
        self._tile("best").show(percent(best.validation_accuracy if best else None), label, is_demo=is_demo)

    def _show_curves(self, snapshot: Snapshot, config: RunConfig) -> None:
        from fmnist_tui.tui.widgets.curve_plot import CurvePlot

        curves = snapshot.curves
        epochs = config.epochs
        self.query_one("#loss-plot", CurvePlot).show(curves.train_loss, curves.validation_loss, epochs)
        self.query_one("#accuracy-plot", CurvePlot).show(curves.train_accuracy, curves.validation_accuracy, epochs)

    def _tile(self, name: str) -> Tile:
        return self.query_one(f"#{name}", Tile)


def _left(snapshot: Snapshot, seconds: float | None) -> str:
    if snapshot.ended is not None or seconds is None:
        return ""
    return f"{duration(seconds)} left"
