"""A network's answers for many images, batch after batch."""

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
    """The logits (float32 [b, 10]) of uint8 images [n, 28, 28], batch after batch, with the network in evaluation mode.

    The network is put back into the mode it was in, also when the caller stops half-way.

    Args:
        network: Answers for normalized images; lies on the placement's device.
        images: Wherever they lie.
        plan: What to compute with.
        spec: The dataset that the network was trained on, whose statistics normalize the images.
        tta_flip: Whether the logits are the mean of those for the image and those for its mirror image.
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
    """The logits (float32 [n, 10]) of uint8 images [n, 28, 28]; None if the caller gave up.

    Args:
        network: Answers for normalized images; lies on the placement's device.
        images: Wherever they lie.
        plan: What to compute with.
        between_batches: Is told after each batch how many images are done; False gives up.
        spec: The dataset that the network was trained on, whose statistics normalize the images.
        tta_flip: Whether the logits are the mean of those for the image and those for its mirror image.
    """
    parts, done = [], 0
    for logits in logits_in_batches(network, images, plan, spec=spec, tta_flip=tta_flip):
        parts.append(logits)
        done += len(logits)
        if not between_batches(done):
            return None
    return torch.cat(parts)
