"""A network's predictions for many images, batch by batch."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from fmnist_tui.config import RunConfig
from fmnist_tui.data.batches import normalized
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.denormals import denormals_flushed

BATCH_IMAGES = 200
"""Larger batches are slower: their activations outgrow the cache, and the allocator returns them to the kernel."""

BATCHES_ON_GPU = 4
"""Training batches predicted at once on a GPU, where larger batches are faster. They fit where a training batch does:
nothing is saved for the backward pass."""


@denormals_flushed()
def all_logits(
    network: nn.Module,
    images: Tensor,
    plan: ComputePlan,
    config: RunConfig,
    between_batches: Callable[[int], bool] = lambda _done: True,
) -> Tensor | None:
    """Return the logits (float32 [n, 10]) of uint8 images [n, 28, 28]; None if the caller stopped.

    Args:
        network: Takes normalized images and lies on the plan's device; its mode is restored at the end.
        images: On any device.
        plan: What to compute with.
        config: The config that the network was trained with: its dataset's statistics normalize the images, and
            tta_flip averages the logits of an image and its mirror image.
        between_batches: Called after each batch with the number of images done; False stops.
    """
    parts, done = [], 0
    was_training = network.training
    network.eval()
    try:
        for batch in torch.split(images, _batch_images(config, plan)):
            with torch.inference_mode(), plan.autocast():
                seen = normalized(batch.to(plan.device), config.dataset_spec)
                logits = network(seen).float()
                if config.tta_flip:
                    logits = logits.add(network(seen.flip(-1)).float()).div_(2)
            parts.append(logits)
            done += len(logits)
            if not between_batches(done):
                return None
    finally:
        network.train(was_training)
    return torch.cat(parts)


def _batch_images(config: RunConfig, plan: ComputePlan) -> int:
    return BATCH_IMAGES if plan.device.type == "cpu" else max(BATCH_IMAGES, BATCHES_ON_GPU * config.batch_size)
