"""Records first-layer filters, recall of each class and predictions for fixed images after each epoch, cheaply."""

from math import ceil
from pathlib import Path

import torch
from torch import Tensor, nn

from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import LabeledImages
from fmnist_tui.datasets import CLASSES, SIDE
from fmnist_tui.events import Emit, ProbeRecorded, Warned
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.inference import all_logits
from fmnist_tui.training.probe_record import (
    MAX_FILTERS,
    ProbeImages,
    ProbeRecord,
    delete_records,
    write_probe_images,
    write_record,
)

IMAGES_A_CLASS = 2

MAX_RECORDS = 200
"""A longer run is recorded every N epochs only."""


class TrainingProbe:
    """Records one run's probes. If they can't be written, a warning is emitted once and training continues.

    Args:
        folder: Where to record.
        config: The run's config.
        validation: The first few images of each class are the probe images.
        plan: What to compute with.
        emit: Receives an event for each record.
    """

    def __init__(
        self, folder: Path, config: RunConfig, validation: LabeledImages, plan: ComputePlan, emit: Emit
    ) -> None:
        self._folder = folder
        self._stride = ceil(config.epochs / MAX_RECORDS)
        self._config = config
        first = [(validation.labels == label).nonzero().flatten()[:IMAGES_A_CLASS] for label in range(CLASSES)]
        self._images = validation.at(torch.cat(first))
        self._plan = plan
        self._emit = emit
        self._is_begun = self._has_failed = False

    def record(self, epoch: int, network: nn.Module, recalls: tuple[float, ...]) -> None:
        """Record the network after an epoch, unless this epoch is skipped."""
        if self._has_failed or (epoch % self._stride and epoch != self._config.epochs):
            return
        try:
            dead_share = self._write(epoch, network, recalls)
        except OSError as error:
            self._give_up(error)
        else:
            self._emit(ProbeRecorded(epoch=epoch, dead_share=dead_share))

    def forget_from(self, epoch: int) -> None:
        """Remove the records of this epoch and later ones, which the resumed run trains again."""
        try:
            delete_records(self._folder, epoch)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self._has_failed = True
        reason = error.strerror or str(error)
        self._emit(Warned(text=f"probes can't be recorded: {reason}", remedy="Training continues without"))

    def _write(self, epoch: int, network: nn.Module, recalls: tuple[float, ...]) -> float | None:
        """Write the record; return its share of dead units."""
        if not self._is_begun:
            self._folder.mkdir(exist_ok=True)
            write_probe_images(self._folder, ProbeImages(self._images.images.numpy(), self._images.labels.numpy()))
            self._is_begun = True
        logits, dead_share = self._predict(network)
        record = ProbeRecord(
            filters=first_filters(network).numpy(),
            probabilities=logits.softmax(dim=1).cpu().numpy(),
            recalls=torch.tensor(recalls).numpy(),
            dead_share=dead_share,
        )
        write_record(self._folder, epoch, record)
        return dead_share

    def _predict(self, network: nn.Module) -> tuple[Tensor, float | None]:
        """Return the logits of the probe images, computed as in validation, and the share of dead units."""
        alive: list[Tensor] = []

        def mark_alive(_layer: nn.Module, _inputs: tuple[Tensor, ...], outputs: Tensor) -> None:
            alive.append((outputs > 0).transpose(0, 1).flatten(1).any(dim=1))

        activations = [layer for layer in network.modules() if isinstance(layer, nn.LeakyReLU | nn.ReLU)]
        hooks = [layer.register_forward_hook(mark_alive) for layer in activations]
        try:
            logits = all_logits(network, self._images.images, self._plan, self._config)
        finally:
            for hook in hooks:
                hook.remove()
        assert logits is not None, "nothing stops it"
        if not alive:
            return logits, None
        passes = 2 if self._config.tta_flip else 1  # the mirror images pass after the images
        return logits, 1.0 - float(torch.cat(alive).reshape(passes, -1).any(dim=0).float().mean())


def first_filters(network: nn.Module) -> Tensor:
    """Return the first layer's weights, float [k, height, width] on the CPU; a linear layer's in the images' shape.

    k is 0 for a network whose first layer does not see the pixels themselves.
    """
    first = next((layer for layer in network.modules() if isinstance(layer, nn.Linear | nn.Conv2d)), None)
    if isinstance(first, nn.Conv2d) and max(first.kernel_size) <= SIDE:
        return first.weight.detach()[:MAX_FILTERS, 0].float().cpu()
    if isinstance(first, nn.Linear) and first.in_features == SIDE * SIDE:
        return first.weight.detach()[:MAX_FILTERS].float().cpu().reshape(-1, SIDE, SIDE)
    return torch.zeros(0, 1, 1)
