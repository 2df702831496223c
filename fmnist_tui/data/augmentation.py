"""Random augmentation of training images, many at once.

torchvision's transforms draw one set of random numbers per call, which would change all images of a batch alike; here
each image has its own. All numbers of an epoch are drawn at its start, so they depend only on the seed, the epoch and
the image's position in it, and an epoch can be resumed in its middle.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from fmnist_tui.config import RunConfig
from fmnist_tui.data.image_types import GrayImage, GrayImages
from fmnist_tui.datasets import SIDE
from fmnist_tui.seeds import generator_for

ERASED_AREA = (0.02, 0.33)
ERASED_ASPECT = (0.3, 3.3)


@dataclass(frozen=True, slots=True)
class SampledAugmentation:
    """The random numbers of all images of an epoch; None for an augmentation that is turned off.

    Attributes:
        flips: bool [n].
        shifts: int64 [n, 2], pixels down and right.
        boxes: int64 [n, 4], first row, last row + 1, first column, last column + 1; empty if nothing is erased.
    """

    flips: Tensor | None
    shifts: Tensor | None
    boxes: Tensor | None

    def apply(self, images: Tensor, start: int) -> Tensor:
        """Return augmented copies of uint8 images [m, 28, 28], which are images `start` to `start + m` of the epoch."""
        end = start + len(images)
        if self.flips is not None:
            images = torch.where(self.flips[start:end, None, None], images.flip(-1), images)
        if self.shifts is not None:
            images = _shifted(images, self.shifts[start:end])
        if self.boxes is not None:
            images = _erased(images, self.boxes[start:end])
        return images


def draw_augmentation(
    config: RunConfig, images: int, generator: torch.Generator, device: torch.device
) -> SampledAugmentation:
    """Return the random numbers for an epoch of `images` images."""
    flips = torch.rand(images, generator=generator) < 0.5 if config.horizontal_flip else None
    shifts = (
        torch.randint(-config.translate, config.translate + 1, (images, 2), generator=generator)
        if config.translate
        else None
    )
    boxes = _draw_boxes(config.random_erasing, images, generator) if config.random_erasing else None
    return SampledAugmentation(*(None if numbers is None else numbers.to(device) for numbers in (flips, shifts, boxes)))


def augmented_copies(config: RunConfig, image: GrayImage, copies: int, draw: int = 0) -> GrayImages:
    """Return augmented copies of an image, as training would make them.

    Args:
        config: Has the augmentation and the seed.
        image: The image.
        copies: Number of copies.
        draw: Number of the draw; equal draws give equal copies.
    """
    generator = generator_for(config.seed, "preview", draw)
    drawn = draw_augmentation(config, copies, generator, torch.device("cpu"))
    changed: GrayImages = drawn.apply(torch.from_numpy(image).expand(copies, -1, -1), 0).numpy()
    return changed


def _draw_boxes(probability: float, images: int, generator: torch.Generator) -> Tensor:
    """Return rectangles of random area, aspect and position, as in Z. Zhong et al., "Random erasing" (2020)."""
    is_erased, area, aspect, top, left = torch.rand(5, images, generator=generator)
    pixels = SIDE * SIDE * (ERASED_AREA[0] + (ERASED_AREA[1] - ERASED_AREA[0]) * area)
    low, high = (torch.tensor(bound).log() for bound in ERASED_ASPECT)
    ratio = (low + (high - low) * aspect).exp()
    height = (pixels * ratio).sqrt().round().clamp(1, SIDE)
    width = (pixels / ratio).sqrt().round().clamp(1, SIDE)
    first_row = (top * (SIDE - height + 1)).floor()
    first_column = (left * (SIDE - width + 1)).floor()
    boxes = torch.stack([first_row, first_row + height, first_column, first_column + width], dim=1).long()
    return torch.where((is_erased < probability)[:, None], boxes, torch.zeros_like(boxes))


def _shifted(images: Tensor, shifts: Tensor) -> Tensor:
    places = torch.arange(SIDE, device=images.device)
    rows = places - shifts[:, :1]  # [m, 28]: the source of each row
    columns = places - shifts[:, 1:]
    each = torch.arange(len(images), device=images.device)[:, None, None]
    moved = images[each, rows.clamp(0, SIDE - 1)[:, :, None], columns.clamp(0, SIDE - 1)[:, None, :]]
    is_inside = ((rows >= 0) & (rows < SIDE))[:, :, None] & ((columns >= 0) & (columns < SIDE))[:, None, :]
    return moved * is_inside


def _erased(images: Tensor, boxes: Tensor) -> Tensor:
    places = torch.arange(SIDE, device=images.device)
    rows = (places >= boxes[:, 0:1]) & (places < boxes[:, 1:2])
    columns = (places >= boxes[:, 2:3]) & (places < boxes[:, 3:4])
    return images * ~(rows[:, :, None] & columns[:, None, :])
