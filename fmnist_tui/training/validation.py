"""What a network is worth on the images that it is chosen by."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn
from torch.nn import functional

from fmnist_tui.checkpoints.metric_sums import MetricSums
from fmnist_tui.data.classes import CLASS_NAMES
from fmnist_tui.data.dataset import LabeledImages
from fmnist_tui.metrics import confusion_matrix, recall
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.inference import all_logits


@dataclass(frozen=True, slots=True)
class Validation:
    """What a network is worth on all validation images.

    Attributes:
        totals: Loss and accuracy.
        class_recalls: Each class's share of images that were called so.
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
        tta_flip: Whether the answers are the mean of those for an image and its mirror image.
    """

    def __init__(self, validation: LabeledImages, plan: ComputePlan, *, tta_flip: bool) -> None:
        self._images = validation.images.to(plan.device)
        self._labels = validation.labels.to(plan.device)
        self._true_classes = validation.labels.numpy()
        self._plan = plan
        self._tta_flip = tta_flip

    def __call__(self, network: nn.Module, should_continue: Callable[[], bool]) -> Validation | None:
        """Measures the network; None if `should_continue`, asked after each batch, said no."""
        logits = all_logits(network, self._images, self._plan, lambda _done: should_continue(), tta_flip=self._tta_flip)
        if logits is None:
            return None
        loss = functional.cross_entropy(logits, self._labels, reduction="sum")
        predicted = logits.argmax(dim=1)
        confusion = confusion_matrix(self._true_classes, predicted.cpu().numpy(), len(CLASS_NAMES))
        totals = MetricSums(float(loss), int(confusion.trace()), len(logits))
        return Validation(totals, tuple(recall(confusion).tolist()), tuple(confusion.sum(axis=0).tolist()))
