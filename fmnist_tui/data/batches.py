"""Training images in random order, as normalized batches on the device."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from fmnist_tui.config import RunConfig
from fmnist_tui.data.augmentation import draw_augmentation
from fmnist_tui.datasets import DatasetSpec
from fmnist_tui.seeds import generator_for

if TYPE_CHECKING:
    from fmnist_tui.data.dataset import LabeledImages

CHUNK_IMAGES = 1024
"""Images prepared at once: enough that small batches share the cost, few enough to stay in a core's cache."""

CHUNK_IMAGES_ON_GPU = 16_384
"""A GPU prepares that many in little more than the time that the launches take."""


def normalized(images: Tensor, spec: DatasetSpec) -> Tensor:
    """Return uint8 images [n, 28, 28] as float32 [n, 1, 28, 28], normalized by the dataset's mean and deviation."""
    return images.unsqueeze(1).float().mul_(1 / (255 * spec.std)).sub_(spec.mean / spec.std)


class TrainingBatches:
    """The training set, epoch by epoch; order and augmentation are functions of (seed, epoch) alone."""

    def __init__(self, config: RunConfig, training_set: LabeledImages, device: torch.device) -> None:
        self._config = config
        self._spec = config.dataset_spec
        self._images = training_set.images.to(device)
        self._labels = training_set.labels.to(device)
        self.steps_per_epoch = config.steps_per_epoch(len(self._labels))

    def epoch(self, epoch: int, first_step: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the batches of an epoch from `first_step` on: float images [b, 1, 28, 28] and int64 labels [b].

        Each image occurs once per epoch; the last batch may be smaller.
        """
        size, device = self._config.batch_size, self._images.device
        order = torch.randperm(len(self._labels), generator=generator_for(self._config.seed, "order", epoch)).to(device)
        generator = generator_for(self._config.seed, "augmentation", epoch)
        draw = draw_augmentation(self._config, len(order), generator, device)
        chunk = size * max(1, (CHUNK_IMAGES if device.type == "cpu" else CHUNK_IMAGES_ON_GPU) // size)
        for start in range(first_step * size, len(order), chunk):
            indices = order[start : start + chunk]
            # index_select copies whole rows, where indexing with [] copies pixel by pixel
            images = normalized(draw.apply(self._images.index_select(0, indices), start), self._spec)
            labels = self._labels.index_select(0, indices)
            yield from zip(torch.split(images, size), torch.split(labels, size), strict=True)
