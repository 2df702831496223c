"""Loss and gradients of a batch: by autograd for any network, by manual backpropagation for known layers."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from fmnist_tui.hyperparameters import Precision
from fmnist_tui.training.collective import Collective
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.flat_parameters import FlatParameters
from fmnist_tui.training.gradients.manual_backprop import ManualBackprop
from fmnist_tui.training.gradients.patch_convolution import use_patches
from fmnist_tui.training.gradients.whole_batch import WholeBatch, divide_layers

Gradients = Callable[[Tensor, Tensor, int], tuple[Tensor, Tensor]]
"""From normalized images [b, 1, 28, 28], int64 labels [b] and the size of the whole batch, of which they are a part, to
the mean loss of these images (a scalar) and their logits (float [b, 10]), on the device, without waiting for it. Writes
to each parameter's `grad` the share of these images in the gradient of the whole batch's mean loss."""


GradientMethod = Literal["autograd", "manual"]

DTYPES: dict[Precision, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16}


def gradient_method(network: nn.Sequential, plan: ComputePlan) -> GradientMethod:
    """Return how this network's gradients are computed fastest: a function of network, precision and kind of device."""
    is_faster = plan.precision == "fp32" or plan.device.type == "cpu"
    return "manual" if is_faster and ManualBackprop.supports(network) else "autograd"


def gradients_for(
    network: nn.Sequential, flat: FlatParameters, plan: ComputePlan, label_smoothing: float, collective: Collective
) -> Gradients:
    """Return the fastest function that computes this network's gradients.

    Raises:
        UserError: Several processes can't compute this network together.
    """
    whole = WholeBatch(collective)
    if gradient_method(network, plan) == "manual":
        return ManualBackprop(network, label_smoothing, whole, DTYPES[plan.precision], plan.threads)
    if plan.device.type == "cuda":
        use_patches(network)
    vector_layers = [name for name, layer in network.named_modules() if isinstance(layer, nn.BatchNorm1d)]
    if collective.processes > 1:
        divide_layers(network, whole)

    def by_autograd(images: Tensor, labels: Tensor, batch: int) -> tuple[Tensor, Tensor]:
        whole.size = batch
        for name in vector_layers:
            network.get_submodule(name).train(batch > 1)  # a single vector has no variance
        with plan.autocast():
            logits = network(images)
        logits = logits.float()
        loss = functional.cross_entropy(logits, labels, label_smoothing=label_smoothing)
        flat.gradients.zero_()  # backward adds to what is there
        loss.backward(loss.new_full((), len(labels) / batch))  # type: ignore[no-untyped-call]
        return loss.detach(), logits.detach()

    return by_autograd
