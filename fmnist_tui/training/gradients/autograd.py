"""Gradients by autograd, for any network."""

from torch import Tensor, nn
from torch.nn import functional

from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.flat_parameters import FlatParameters


class AutogradGradients:
    """A network's loss and gradients, in the plan's precision."""

    def __init__(self, network: nn.Module, flat: FlatParameters, plan: ComputePlan, label_smoothing: float) -> None:
        self._network = network
        self._flat = flat
        self._plan = plan
        self._label_smoothing = label_smoothing

    def __call__(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return loss (a scalar) and logits (float [b, 10]) of images [b, …] with labels [b]; write the gradients."""
        with self._plan.autocast():
            logits = self._network(images)
        logits = logits.float()
        loss = functional.cross_entropy(logits, labels, label_smoothing=self._label_smoothing)
        self._flat.gradients.zero_()  # backward adds to what is there
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach(), logits.detach()
