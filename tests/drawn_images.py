"""Images that the tests draw themselves."""

import torch

from fmnist_tui.data.dataset import LabeledImages


def draw_images(count: int, seed: int) -> LabeledImages:
    """Return images of ten classes that a small network learns in a few steps: a bright bar per class."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % 10
    images = torch.randint(0, 120, (count, 28, 28), generator=generator, dtype=torch.uint8)
    for index, label in enumerate(labels.tolist()):
        images[index, 2 * label + 4 : 2 * label + 6, 6:22] = 230
    return LabeledImages(images, labels)
