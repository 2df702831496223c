"""The report as one HTML page that needs nothing beside it."""

import base64
import io
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from fmnist_tui.data.images import Indices, Picture
from fmnist_tui.reporting.context import Dossier
from fmnist_tui.reporting.plots import BOTTOM, HEIGHT, LEFT, MARGIN, WIDTH, Plot, plot
from fmnist_tui.sanitize import printable

MOST_PAIRS = 12
MOST_PICTURES = 24
GUESSES = 3


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One image with what the network said of it.

    Attributes:
        source: The image as a data URL.
    """

    source: str
    number: int
    true: str
    guesses: tuple[tuple[str, float], ...]
    loss: float


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell of the confusion matrix; `heat` is its colour's strength, 0 to 1."""

    count: int
    heat: float
    is_right: bool


def as_html(dossier: Dossier) -> str:
    """The whole page. Every foreign text in it is escaped."""
    environment = Environment(
        loader=PackageLoader("fmnist_tui.reporting", "."),
        autoescape=True,
        finalize=_safe,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    predictions, names = dossier.predictions, dossier.names
    pairs = predictions.most_confused()[:MOST_PAIRS]
    return environment.get_template("page.html").render(
        report=dossier.report,
        names=names,
        command=dossier.command,
        test_looks=dossier.test_looks,
        matrix=_matrix(dossier),
        pairs=[(names[true], names[called], images) for true, called, images in pairs],
        plots=_plots(dossier),
        mistakes=_exhibits(dossier, predictions.suspects()[:MOST_PICTURES]),
        frame={
            "width": WIDTH,
            "height": HEIGHT,
            "left": LEFT,
            "right": WIDTH - MARGIN,
            "top": MARGIN,
            "bottom": HEIGHT - BOTTOM,
        },
    )


def _safe(value: object) -> object:
    """What the page shows of a value: foreign text may hold characters that steer a terminal or turn text around."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _matrix(dossier: Dossier) -> list[list[HeatCell]]:
    rows = []
    for true, row in enumerate(dossier.report.confusion):
        total = max(1, sum(row))
        rows.append(
            [
                HeatCell(count, min(1.0, count / total * (0.75 if true == called else 4.0)), true == called)
                for called, count in enumerate(row)
            ]
        )
    return rows


def _plots(dossier: Dossier) -> list[Plot]:
    if dossier.snapshot is None:
        return []
    curves = dossier.snapshot.curves
    drawn = (
        plot(
            "loss", {"training": curves.train_loss.points, "validation": curves.validation_loss.points}, is_share=False
        ),
        plot(
            "accuracy",
            {"training": curves.train_accuracy.points, "validation": curves.validation_accuracy.points},
            is_share=True,
        ),
    )
    return [one for one in drawn if one is not None]


def _exhibits(dossier: Dossier, images: Indices) -> list[Exhibit]:
    predictions, names = dossier.predictions, dossier.names
    exhibits = []
    for image in images.tolist():
        shares = predictions.probabilities[image]
        likeliest = shares.argsort()[::-1][:GUESSES].tolist()
        exhibits.append(
            Exhibit(
                source=data_url(dossier.pictures[image]),
                number=image,
                true=names[int(predictions.labels[image])],
                guesses=tuple((names[label], float(shares[label])) for label in likeliest),
                loss=float(predictions.losses[image]),
            )
        )
    return exhibits


def data_url(picture: Picture) -> str:
    """The picture as a PNG in a URL."""
    content = io.BytesIO()
    Image.fromarray(picture, "L").save(content, "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode('ascii')}"
