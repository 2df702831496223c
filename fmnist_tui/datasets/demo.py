"""The demo data: garments drawn by the program, for trying it out without Fashion-MNIST's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.datasets.spec import DatasetSpec

if TYPE_CHECKING:
    from fmnist_tui.datasets.spec import GeneratedSplits


def generate() -> GeneratedSplits:
    """Return all training and test images with their labels; takes a few seconds."""
    from fmnist_tui.datasets._garments import draw_demo

    return draw_demo()


DEMO = DatasetSpec(
    name="demo",
    title="Demo",
    classes=FASHION_MNIST.classes,
    mean=FASHION_MNIST.mean,
    std=FASHION_MNIST.std,
    license="MIT",
    url="",
    advice="garments drawn by the program; needs no files, and its figures mean nothing elsewhere",
    allows_flip=True,
    generate=generate,
)
