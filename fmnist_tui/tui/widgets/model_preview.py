"""The summary of the chosen network before it is trained."""

from textual.app import ComposeResult
from textual.content import Content

from fmnist_tui.formatting import count, percent
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.models.summary import LayerSummary, ModelSummary
from fmnist_tui.sanitize import one_line
from fmnist_tui.tui.widgets.cursor_keys import Scroll
from fmnist_tui.tui.widgets.paragraph import Paragraph

MIN_NAME = 6
"""Columns of a layer's name at least."""

SHARE_WIDTH = 8

MIN_BAR, MAX_BAR = 10, 60
"""Columns of a bar that stands for all parameters."""


class ModelPreview(Scroll):
    """The shape and the parameters of every layer."""

    HELP = (
        "The network that the form describes, layer by layer: the shape of each output and the number of "
        "parameters. FLOPs are those of one image."
    )

    DEFAULT_CLASSES = "panel"
    BORDER_TITLE = "Network"

    def __init__(self) -> None:
        super().__init__()
        self._figures, self._layers = Paragraph(id="preview-figures"), Paragraph(id="preview-layers")
        self._summary: ModelSummary | None = None

    def compose(self) -> ComposeResult:
        yield self._figures
        yield self._layers

    def show_placeholder(self, reason: str) -> None:
        """Show why there is no summary."""
        self._summary = None
        self._figures.update(Content(""))
        self._layers.update(Content(reason))

    def show_summary(self, model: str, summary: ModelSummary) -> None:
        """Show the summary of a network."""
        self._summary = summary
        text = one_line((ARCHITECTURES[model].__doc__ or "").strip())
        self._figures.update(Content.assemble((model, "bold $text-accent"), f"\n{text}"))
        self._show_layers()

    def on_resize(self) -> None:
        self._show_layers()

    def _show_layers(self) -> None:
        if self._summary is not None:
            lines = layer_lines(self._summary.layers, self.scrollable_content_region.width)
            self._layers.update(Content("\n").join(lines))


def layer_lines(layers: tuple[LayerSummary, ...], width: int) -> list[Content]:
    """Return a heading and a line for each layer; long names are cut only if the columns don't suffice.

    If there is room, a bar shows each layer's share of the parameters.
    """
    shapes = ["output", *("×".join(str(size) for size in layer.output_shape) for layer in layers)]
    parameters = ["params", *(count(layer.parameters) if layer.parameters else "" for layer in layers)]
    names = ["layer", *(layer.kind for layer in layers)]
    shape_width, parameter_width = (2 + max(map(len, texts)) for texts in (shapes, parameters))
    room = max(MIN_NAME, min(max(map(len, names)), width - shape_width - parameter_width))
    lines = [
        f"{name if len(name) <= room else name[: room - 1] + '…':<{room}}{shape:>{shape_width}}{own:>{parameter_width}}"
        for name, shape, own in zip(names, shapes, parameters, strict=True)
    ]
    heading, *rows = lines
    columns = min(MAX_BAR, width - room - shape_width - parameter_width - SHARE_WIDTH)
    total = sum(layer.parameters for layer in layers)
    if columns < MIN_BAR or not total:
        return [Content.styled(heading, "$foreground-muted"), *map(Content, rows)]
    shares = [layer.parameters / total for layer in layers]
    bars = [(f"{percent(share, 0):>6}  ", "━" * round(share * columns)) if share else ("", "") for share in shares]
    return [
        Content.styled(f"{heading}{'share':>6}", "$foreground-muted"),
        *(
            Content.assemble(row, (share, "$foreground-muted"), (bar, "$accent"))
            for row, (share, bar) in zip(rows, bars, strict=True)
        ),
    ]
