"""The metrics on the validation images, by which the best epoch is chosen."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import nn
from torch.nn import functional

from fmnist_tui.checkpoints.progress import MetricSums
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import LabeledImages
from fmnist_tui.datasets import CLASSES
from fmnist_tui.metrics import confusion_matrix, recall
from fmnist_tui.training.collective import Collective
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.inference import all_logits


@dataclass(frozen=True, slots=True)
class Validation:
    """A network's metrics on all validation images.

    Attributes:
        totals: Loss and accuracy.
        class_recalls: Each class's recall.
        class_predictions: How many images each class was predicted for.
    """

    totals: MetricSums
    class_recalls: tuple[float, ...]
    class_predictions: tuple[int, ...]


class Validator:
    """The validation images, on the device.

    Args:
        validation: The images with their labels.
        plan: What to compute with.
        config: The run's config.
        collective: The processes that validate together, each a part of the images.
    """

    def __init__(self, validation: LabeledImages, plan: ComputePlan, config: RunConfig, collective: Collective) -> None:
        part = collective.part(len(validation.labels))
        self._images = validation.images[part].to(plan.device)
        self._labels = validation.labels[part].to(plan.device)
        self._true_classes = self._labels.cpu().numpy()
        self._plan = plan
        self._collective = collective
        self._config = config

    def __call__(self, network: nn.Module, should_continue: Callable[[], bool]) -> Validation | None:
        """Evaluate the network; return None if `should_continue`, called after each batch, returns False."""
        logits = all_logits(network, self._images, self._plan, self._config, lambda _done: should_continue())
        if logits is None:
            return None
        own_loss = float(functional.cross_entropy(logits, self._labels, reduction="sum"))
        own_confusion = confusion_matrix(self._true_classes, logits.argmax(dim=1).cpu().numpy(), CLASSES)
        loss, *counts = self._collective.sum(np.array([own_loss, *own_confusion.flat])).tolist()
        confusion = np.array(counts, np.int64).reshape(CLASSES, CLASSES)
        totals = MetricSums(loss, int(confusion.trace()), int(confusion.sum()))
        return Validation(totals, tuple(recall(confusion).tolist()), tuple(confusion.sum(axis=0).tolist()))
