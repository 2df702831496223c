"""The report as one HTML page without any other file."""

import base64
import io
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from fmnist_tui.data.images import GrayImage, Indices
from fmnist_tui.datasets import is_synthetic
from fmnist_tui.evaluation.predictions import TOP_CLASSES
from fmnist_tui.formatting import count, loss_figure, percent
from fmnist_tui.reporting.context import ReportContext
from fmnist_tui.reporting.plots import BOTTOM, HEIGHT, LEFT, MARGIN, WIDTH, Plot, plot
from fmnist_tui.sanitize import printable
from fmnist_tui.scales import heat

MAX_IMAGES = 24


@dataclass(frozen=True, slots=True)
class Example:
    """One image with its prediction.

    Attributes:
        source: The image as a data URL.
        number: Its index in the split.
        true: The name of its class.
        top: The names and probabilities of its most likely classes.
    """

    source: str
    number: int
    true: str
    top: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell of the confusion matrix; `heat` is the strength of its color, 0 to 1."""

    count: int
    heat: float
    is_correct: bool


def as_html(context: ReportContext) -> str:
    """Return the whole page. Every foreign text in it is escaped."""
    environment = Environment(
        loader=PackageLoader("fmnist_tui.reporting", "."),
        autoescape=True,
        finalize=_safe,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=_percent, count=count, loss_figure=loss_figure)
    return environment.get_template("page.html").render(
        report=context.report,
        is_synthetic=is_synthetic(context.report.dataset),
        names=context.names,
        command=context.command,
        test_evaluations=context.test_evaluations,
        matrix=_matrix(context),
        pairs=context.most_confused(),
        plots=_plots(context),
        errors=_examples(context, context.predictions.errors()[:MAX_IMAGES]),
        frame={
            "width": WIDTH,
            "height": HEIGHT,
            "left": LEFT,
            "right": WIDTH - MARGIN,
            "top": MARGIN,
            "bottom": HEIGHT - BOTTOM,
        },
    )


def _percent(share: float, decimals: int = 2) -> Markup:
    return Markup(percent(share, decimals, unit="&nbsp;%"))


def _safe(value: object) -> object:
    """Return `value` as the page shows it: foreign text may hold characters that reverse or hide text."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _matrix(context: ReportContext) -> list[list[HeatCell]]:
    return [
        [
            HeatCell(
                images, heat(images / sum(row), is_correct=true == predicted) if images else 0.0, true == predicted
            )
            for predicted, images in enumerate(row)
        ]
        for true, row in enumerate(context.report.confusion)
    ]


def _plots(context: ReportContext) -> list[Plot]:
    if context.snapshot is None:
        return []
    curves = context.snapshot.curves
    loss = {"training": curves.train_loss.points, "validation": curves.validation_loss.points}
    accuracy = {"training": curves.train_accuracy.points, "validation": curves.validation_accuracy.points}
    plots = (plot("loss", loss, is_share=False), plot("accuracy", accuracy, is_share=True))
    return [one for one in plots if one is not None]


def _examples(context: ReportContext, images: Indices) -> list[Example]:
    predictions, names = context.predictions, context.names
    examples = []
    for image in images.tolist():
        shares = predictions.probabilities[image]
        top = shares.argsort()[::-1][:TOP_CLASSES].tolist()
        examples.append(
            Example(
                source=data_url(context.images[image]),
                number=image,
                true=names[int(predictions.labels[image])],
                top=tuple((names[label], float(shares[label])) for label in top),
            )
        )
    return examples


def data_url(image: GrayImage) -> str:
    """Return the image as a PNG in a URL."""
    content = io.BytesIO()
    Image.fromarray(image, "L").save(content, "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode('ascii')}"
