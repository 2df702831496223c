"""From a batch to its loss and all gradients: by autograd for any network, written out for fully connected ones."""

from collections.abc import Callable

from torch import Tensor, nn
from torch.nn import functional

from fmnist_tui.training.dense_gradients import DenseGradients
from fmnist_tui.training.device import Placement
from fmnist_tui.training.flat import FlatParameters

Gradients = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""From normalised images [b, 1, 28, 28] and int64 labels [b] to the mean loss (a scalar) and the logits (float [b, 10])
of the batch, on the device and not waited for. Leaves the gradients in each parameter's `grad`."""


class AutogradGradients:
    """Torch's own differentiation, for any network."""

    def __init__(self, network: nn.Module, flat: FlatParameters, placement: Placement, label_smoothing: float) -> None:
        self._network = network
        self._flat = flat
        self._placement = placement
        self._label_smoothing = label_smoothing

    def __call__(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        with self._placement.autocast():
            logits = self._network(images)
        logits = logits.float()
        loss = functional.cross_entropy(logits, labels, label_smoothing=self._label_smoothing)
        self._flat.gradients.zero_()  # backward adds to what is there
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach(), logits.detach()


def gradients_for(
    network: nn.Sequential, flat: FlatParameters, placement: Placement, label_smoothing: float
) -> Gradients:
    """The fastest way to this network's gradients."""
    if placement.precision == "fp32" and DenseGradients.fit(network):
        return DenseGradients(network, label_smoothing)
    return AutogradGradients(network, flat, placement, label_smoothing)
