"""The live page of a run: state, progress, figures, curves and log."""

from collections.abc import Sequence

from textual.containers import Vertical
from textual.content import Content

from fmnist_tui.config import RunConfig
from fmnist_tui.datasets import is_synthetic
from fmnist_tui.events import RunState
from fmnist_tui.formatting import duration
from fmnist_tui.runs.diagnosis import Finding
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.curve_plot import BEFORE_THE_FIRST
from fmnist_tui.tui.widgets.log_view import LogView
from fmnist_tui.tui.widgets.paragraph import Paragraph
from fmnist_tui.tui.widgets.progress_bar import ProgressBar
from fmnist_tui.tui.widgets.run_figures import RunFigures, figures_of
from fmnist_tui.tui.widgets.run_plots import RunPlots
from fmnist_tui.tui.widgets.run_status_line import RunStatusLine


class FindingLine(Paragraph):
    """The most severe problem of the run, and the key that applies the suggested fix; hidden without findings."""

    def show(self, findings: Sequence[Finding]) -> None:
        """Show findings, most severe first."""
        self.display = bool(findings)
        if not findings:
            return
        first, *others = findings
        line = Content.assemble(
            ("△ ", "bold $text-warning"),
            (one_line(first.text), "$text-warning"),
            f" ({len(others)} more). " if others else ". ",
            ("a", "bold $text-accent"),
            f" next run: {one_line(first.remedy)}",
        )
        self.update(line)


class Dashboard(Vertical):
    """Draws snapshots.

    The parts are attributes, because a query walks through the whole screen, several times a second.

    Args:
        is_live: Whether the run trains in this process, which draws its curves only now and then.
    """

    def __init__(self, *, is_live: bool = True) -> None:
        super().__init__()
        self._status = RunStatusLine()
        self._epoch_bar = ProgressBar("epoch", id="epoch-progress")
        self._run_bar = ProgressBar("run", id="run-progress")
        self._figures = RunFigures()
        self._plots = RunPlots(is_throttled=is_live, id="plots")
        self._findings = FindingLine()
        self._log = LogView()

    async def mount_fields(self) -> None:
        """Add the parts, which are hidden at first and would delay the first frame."""
        bars = self._epoch_bar, self._run_bar
        await self.mount(self._status, *bars, self._figures, self._plots, self._findings, self._log)

    def show(self, snapshot: RunSnapshot, config: RunConfig, source: str = "", name: str = "") -> None:
        """Show a run; before the parts are mounted, do nothing.

        Args:
            snapshot: The run as it is now.
            config: Its config.
            source: Where it comes from if not from this process, in words.
            name: What the user calls it; empty if nothing.
        """
        if not self._log.is_attached:
            return
        self._status.show(snapshot, config, source, name)
        self._show_progress(snapshot, config)
        dataset = snapshot.started.dataset if snapshot.started else config.dataset
        self._figures.show(figures_of(snapshot, is_synthetic=is_synthetic(dataset)))
        note = BEFORE_THE_FIRST if snapshot.ended is None else "Ended before the first batches."
        self._plots.show(snapshot.curves, snapshot.best, config.epochs, note)
        self._findings.show(snapshot.findings)
        self._log.show(snapshot.log)

    def _show_progress(self, snapshot: RunSnapshot, config: RunConfig) -> None:
        epochs = snapshot.started.config.epochs if snapshot.started else config.epochs
        if snapshot.download is not None and snapshot.download.total_bytes:
            done, total = snapshot.download.done_bytes, snapshot.download.total_bytes
            self._epoch_bar.show("download", done / total, f"{done / 1e6:.1f} of {total / 1e6:.1f} MB")
        else:
            note = _left(snapshot, snapshot.epoch_remaining_seconds)
            if snapshot.is_validating:
                note = "paused" if snapshot.state is RunState.PAUSED else "validating"
            self._epoch_bar.show(epoch_label(snapshot.epoch, epochs), snapshot.epoch_fraction, note)
        self._run_bar.show("run", snapshot.fraction, _left(snapshot, snapshot.remaining_seconds))


def _left(snapshot: RunSnapshot, seconds: float | None) -> str:
    if snapshot.ended is not None or seconds is None:
        return ""
    left = f"{duration(seconds)} left"
    if snapshot.state is not RunState.PAUSED:
        return left
    return _first_that_fits((f"paused, {left}", f"paused, {duration(seconds)}", "paused"), ProgressBar.NOTE_WIDTH)


def epoch_label(epoch: int, epochs: int) -> str:
    """Return the label of the bar of an epoch, which is shorter for long runs."""
    if not epoch:
        return "epoch"
    labels = (f"epoch {epoch} of {epochs}", f"epoch {epoch}/{epochs}", f"ep. {epoch}/{epochs}")
    return _first_that_fits(labels, ProgressBar.LABEL_WIDTH)


def _first_that_fits(texts: Sequence[str], width: int) -> str:
    return next((text for text in texts if len(text) < width), texts[-1])
