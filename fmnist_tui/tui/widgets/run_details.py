"""One run of the past: its config, the command that repeats it, and its curves."""

import shlex

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.config import command_for, specs_for
from fmnist_tui.runs.snapshot import Snapshot
from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.tui.text import one_line
from fmnist_tui.tui.widgets.headline import DEMO_STYLE


class RunDetails(Horizontal):
    """Text to the left, curves to the right."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="details-text"):
            yield Static(id="details-config")
        yield Container(id="details-plots")

    def show_nothing(self) -> None:
        """Says what will be here."""
        text = "No run yet: t leads to the form, s starts what it says."
        self.query_one("#details-config", Static).update(Content(text))
        self.query_one("#details-plots").display = False

    def show_summary(self, summary: RunSummary) -> None:
        """Shows what is known without reading the run's log."""
        self.query_one("#details-plots").display = True
        self.query_one("#details-config", Static).update(_description(summary))

    async def show_curves(self, snapshot: Snapshot, summary: RunSummary) -> None:
        """Shows a run's curves as they were at its end."""
        from fmnist_tui.tui.widgets.curve_plot import CurvePlot

        plots = self.query_one("#details-plots")
        if not plots.children:
            await plots.mount(
                CurvePlot("accuracy", is_share=True, id="past-accuracy"), CurvePlot("loss", id="past-loss")
            )
        curves, epochs = snapshot.curves, summary.config.epochs if summary.config else snapshot.epoch
        plots.query_one("#past-accuracy", CurvePlot).show(curves.train_accuracy, curves.validation_accuracy, epochs)
        plots.query_one("#past-loss", CurvePlot).show(curves.train_loss, curves.validation_loss, epochs)


def _description(summary: RunSummary) -> Content:
    if summary.config is None:
        return Content.styled(one_line(summary.problem), "$text-error")
    values = summary.config.to_flat()
    lines = [Content.styled(one_line(shlex.join(command_for(summary.config))), "$text-accent"), Content("")]
    if summary.can_resume:
        lines += [Content.styled(f"{summary.status}: r goes on with it", "$text-warning"), Content("")]
    if summary.is_demo:
        lines.append(Content.styled(" DEMO ", DEMO_STYLE) + " drawn images: no figure means anything elsewhere")
    lines.append(Content.assemble((f"{'model':<17}", "$foreground-muted"), summary.config.model_name))
    lines += [
        Content.assemble(
            (f"{spec.label:<17}", "$foreground-muted"), one_line(spec.format(values[spec.name])), f" {spec.hint.unit}"
        )
        for spec in specs_for(summary.config.model_name)
    ]
    return Content("\n").join(lines)
