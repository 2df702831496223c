"""The summary of the chosen network before it is trained."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fmnist_tui.formatting import count, rough_count
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.models.summary import LayerSummary, ModelSummary
from fmnist_tui.sanitize import one_line


class ModelPreview(VerticalScroll):
    """Parameters, floating-point operations and the shape of every layer."""

    DEFAULT_CLASSES = "panel"
    BORDER_TITLE = "Network"

    def __init__(self) -> None:
        super().__init__()
        self._figures, self._layers = Static(id="preview-figures"), Static(id="preview-layers")

    def compose(self) -> ComposeResult:
        yield self._figures
        yield self._layers

    def show_placeholder(self, reason: str) -> None:
        """Show why there is no summary."""
        self._figures.update(Content(reason))
        self._layers.update(Content(""))

    def show_summary(self, model: str, summary: ModelSummary) -> None:
        """Show the summary of a network."""
        figures = Content.assemble(
            (model, "bold $text-accent"),
            f"\n{one_line((ARCHITECTURES[model].__doc__ or '').strip())}",
            f"\n\n{count(summary.parameters)} parameters\n{rough_count(summary.flops)}FLOP for one image",
        )
        lines = [Content.styled(f"{'layer':<13}{'output':>9}{'params':>9}", "$foreground-muted")]
        lines += [_line(layer) for layer in summary.layers]
        self._figures.update(figures)
        self._layers.update(Content("\n").join(lines))


def _line(layer: LayerSummary) -> Content:
    shape = "×".join(str(size) for size in layer.output_shape)
    parameters = count(layer.parameters) if layer.parameters else ""
    return Content(f"{layer.kind:<13.13}{shape:>9}{parameters:>9}")
