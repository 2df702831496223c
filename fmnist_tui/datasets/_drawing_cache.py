"""Keeps generated images in the cache folder, since drawing them takes several times as long as reading them."""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

import safetensors.torch
from safetensors import SafetensorError

from fmnist_tui.atomic_files import read_whole, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fmnist_tui.datasets.spec import GeneratedSplits

logger = logging.getLogger(__name__)

DIGEST_BYTES = 32
MAX_BYTES = 100_000_000


def drawn_once(file: Path, draw: Callable[[], GeneratedSplits]) -> GeneratedSplits:
    """Return the images stored in `file`, or else those that `draw` returns, and store them for the next call.

    Args:
        file: Its name must change with whatever changes the drawn images. Other files in its folder that end alike are
            of earlier versions, and are removed.
        draw: Returns training and test images with labels.
    """
    with suppress(OSError, ValueError, KeyError, SafetensorError):
        return _read(file)
    drawn = draw()
    try:
        _write(file, drawn)
    except OSError as error:  # a full disk or a folder of another user: the images are drawn again next time
        logger.warning("drawn images are not cached: %s", error)
    return drawn


def _read(file: Path) -> GeneratedSplits:
    content = memoryview(read_whole(file, MAX_BYTES))
    tensors, digest = content[:-DIGEST_BYTES], content[-DIGEST_BYTES:]
    if hashlib.sha256(tensors).digest() != digest:
        raise ValueError("damaged")
    found = safetensors.torch.load(bytes(tensors))
    return (found["train_images"], found["train_labels"]), (found["test_images"], found["test_labels"])


def _write(file: Path, drawn: GeneratedSplits) -> None:
    (train_images, train_labels), (test_images, test_labels) = drawn
    tensors = safetensors.torch.save(
        {
            "train_images": train_images,
            "train_labels": train_labels,
            "test_images": test_images,
            "test_labels": test_labels,
        }
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, tensors + hashlib.sha256(tensors).digest())
    for other in file.parent.glob(f"*{file.suffix}"):
        if other != file:
            other.unlink()
