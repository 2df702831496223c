"""From a batch to its loss and all gradients: by autograd for any network, written out for chains of known layers."""

from collections.abc import Callable

from torch import Tensor, nn

from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.flat_parameters import FlatParameters
from fmnist_tui.training.gradients.autograd import AutogradGradients
from fmnist_tui.training.gradients.chain import ChainGradients

Gradients = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""From normalized images [b, 1, 28, 28] and int64 labels [b] to the mean loss (a scalar) and the logits (float [b, 10])
of the batch, on the device and not waited for. Leaves the gradients in each parameter's `grad`."""


def gradients_for(network: nn.Sequential, flat: FlatParameters, plan: ComputePlan, label_smoothing: float) -> Gradients:
    """The fastest way to this network's gradients."""
    if plan.precision == "fp32" and ChainGradients.fit(network):
        return ChainGradients(network, label_smoothing)
    return AutogradGradients(network, flat, plan, label_smoothing)
