"""Training images in random order, as normalized batches on the device."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from fmnist_tui.config import RunConfig
from fmnist_tui.data.augmentation import draw_augmentation
from fmnist_tui.data.seeds import generator_for

if TYPE_CHECKING:
    from fmnist_tui.data.dataset import LabeledImages

PIXEL_MEAN = 0.2860
"""Mean of all training pixels, on the scale 0 to 1."""

PIXEL_DEVIATION = 0.3530
"""Standard deviation of all training pixels, on the scale 0 to 1."""

CHUNK_IMAGES = 1024
"""Images prepared at once: enough that small batches share the cost, few enough to stay in a core's cache."""


def normalized(images: Tensor) -> Tensor:
    """uint8 images [n, 28, 28] as the networks want them: float32 [n, 1, 28, 28] of mean 0 and deviation 1."""
    return images.unsqueeze(1).float().mul_(1 / (255 * PIXEL_DEVIATION)).sub_(PIXEL_MEAN / PIXEL_DEVIATION)


class TrainingBatches:
    """The training set, epoch by epoch; order and augmentation are functions of (seed, epoch) alone."""

    def __init__(self, config: RunConfig, training_set: LabeledImages, device: torch.device) -> None:
        self._config = config
        self._images = training_set.images.to(device)
        self._labels = training_set.labels.to(device)
        self.steps_per_epoch = -(-len(self._labels) // config.batch_size)

    def epoch(self, epoch: int, first_step: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """The batches of an epoch, from `first_step` on: float images [b, 1, 28, 28] and int64 labels [b].

        Every image comes once; the last batch holds what is left.
        """
        size, device = self._config.batch_size, self._images.device
        order = torch.randperm(len(self._labels), generator=generator_for(self._config.seed, "order", epoch)).to(device)
        generator = generator_for(self._config.seed, "augmentation", epoch)
        draw = draw_augmentation(self._config, len(order), generator, device)
        chunk = size * max(1, CHUNK_IMAGES // size)
        for start in range(first_step * size, len(order), chunk):
            indices = order[start : start + chunk]
            # index_select copies whole rows, where indexing with [] copies pixel by pixel
            images = normalized(draw.apply(self._images.index_select(0, indices), start))
            labels = self._labels.index_select(0, indices)
            yield from zip(torch.split(images, size), torch.split(labels, size), strict=True)
