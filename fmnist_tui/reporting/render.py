"""The report as Markdown, and as one HTML page without any other file: the templates in this folder, filled in."""

import base64
import io

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from PIL import Image

from fmnist_tui.confusion_colors import heat
from fmnist_tui.data.image_types import GrayImage
from fmnist_tui.evaluation.predictions import TOP_CLASSES
from fmnist_tui.formatting import INTERVAL_LABEL, accuracy_with_interval, count, loss_figure, percent
from fmnist_tui.reporting.context import ReportContext
from fmnist_tui.reporting.plots import FRAME, Plot, plot
from fmnist_tui.sanitize import escape_markdown, printable

MAX_IMAGES = 24


def as_markdown(context: ReportContext) -> str:
    """Return the whole text. Every foreign text in it is escaped."""
    report = context.report
    accuracy = accuracy_with_interval(report.accuracy, report.low, report.high, label=INTERVAL_LABEL)
    return _render("report.md", context, accuracy=accuracy)


def as_html(context: ReportContext) -> str:
    """Return the whole page. Every foreign text in it is escaped."""
    errors = context.predictions.errors()[:MAX_IMAGES].tolist()
    examples = [_example(context, image) for image in errors]
    return _render("report.html", context, plots=_plots(context), frame=FRAME, heat=heat, examples=examples)


def _render(template: str, context: ReportContext, **values: object) -> str:
    environment = Environment(
        loader=PackageLoader("fmnist_tui.reporting", "."),
        autoescape=select_autoescape(),  # of HTML only: its escapes mean nothing in Markdown
        finalize=_safe,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        count=count, escape_markdown=escape_markdown, loss_figure=loss_figure, percent=percent, percent_html=_percent
    )
    return environment.get_template(template).render(context=context, report=context.report, **values)


def _percent(share: float, decimals: int = 2) -> Markup:
    return Markup(percent(share, decimals, unit="&nbsp;%"))


def _safe(value: object) -> object:
    """Return `value` as the report shows it: foreign text may hold characters that reverse or hide text."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _plots(context: ReportContext) -> list[Plot]:
    if context.snapshot is None:
        return []
    curves = context.snapshot.curves
    loss = {"training": curves.train_loss.points, "validation": curves.validation_loss.points}
    accuracy = {"training": curves.train_accuracy.points, "validation": curves.validation_accuracy.points}
    plots = (plot("loss", loss, is_share=False), plot("accuracy", accuracy, is_share=True))
    return [one for one in plots if one is not None]


def _example(context: ReportContext, image: int) -> dict[str, object]:
    """Return an image with its index in the split, its class, and its most likely classes with their probabilities."""
    shares = context.predictions.probabilities[image]
    top = shares.argsort()[::-1][:TOP_CLASSES].tolist()
    return {
        "source": data_url(context.images[image]),
        "number": image,
        "true": context.names[int(context.predictions.labels[image])],
        "top": [(context.names[label], float(shares[label])) for label in top],
    }


def data_url(image: GrayImage) -> str:
    """Return the image as a PNG in a URL."""
    content = io.BytesIO()
    Image.fromarray(image, "L").save(content, "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode('ascii')}"
