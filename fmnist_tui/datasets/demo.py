"""The demo data: garments drawn by the program, for trying it out without Fashion-MNIST's files."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.datasets.spec import DatasetSpec
from fmnist_tui.paths import cache_folder

if TYPE_CHECKING:
    from fmnist_tui.datasets.spec import GeneratedSplits


def generate() -> GeneratedSplits:
    """Return all training and test images with their labels; takes a few seconds unless they are in the cache."""
    import torch

    from fmnist_tui.datasets import _garments
    from fmnist_tui.datasets._drawing_cache import drawn_once

    # torch does not guarantee the same random numbers across its versions
    version = hashlib.sha256(Path(_garments.__file__).read_bytes() + torch.__version__.encode())
    return drawn_once(cache_folder() / "demo" / f"{version.hexdigest()[:16]}.images", _garments.draw_demo)


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
