"""A network's predictions for many images, batch by batch."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from fmnist_tui.data.batches import normalized
from fmnist_tui.datasets import DatasetSpec
from fmnist_tui.training.compute_plan import ComputePlan

BATCH_IMAGES = 200
"""Larger batches are slower: their activations outgrow the cache, and the allocator returns them to the kernel."""


def logits_in_batches(
    network: nn.Module, images: Tensor, plan: ComputePlan, *, spec: DatasetSpec, tta_flip: bool = False
) -> Iterator[Tensor]:
    """Yield the logits (float32 [b, 10]) of uint8 images [n, 28, 28], with the network in evaluation mode.

    The network's mode is restored at the end, also if the caller stops early.

    Args:
        network: Takes normalized images; lies on the plan's device.
        images: On any device.
        plan: What to compute with.
        spec: The dataset that the network was trained on, whose statistics normalize the images.
        tta_flip: Whether to average the logits of an image and its mirror image.
    """
    was_training = network.training
    network.eval()
    try:
        for batch in torch.split(images, BATCH_IMAGES):
            with torch.inference_mode(), plan.autocast():
                seen = normalized(batch.to(plan.device), spec)
                logits = network(seen).float()
                if tta_flip:
                    logits = logits.add(network(seen.flip(-1)).float()).div_(2)
            yield logits
    finally:
        network.train(was_training)


def all_logits(
    network: nn.Module,
    images: Tensor,
    plan: ComputePlan,
    between_batches: Callable[[int], bool],
    *,
    spec: DatasetSpec,
    tta_flip: bool = False,
) -> Tensor | None:
    """Return the logits (float32 [n, 10]) of uint8 images [n, 28, 28]; None if the caller stopped.

    Args:
        network: Takes normalized images; lies on the plan's device.
        images: On any device.
        plan: What to compute with.
        between_batches: Called after each batch with the number of images done; False stops.
        spec: The dataset that the network was trained on, whose statistics normalize the images.
        tta_flip: Whether to average the logits of an image and its mirror image.
    """
    parts, done = [], 0
    for logits in logits_in_batches(network, images, plan, spec=spec, tta_flip=tta_flip):
        parts.append(logits)
        done += len(logits)
        if not between_batches(done):
            return None
    return torch.cat(parts)
