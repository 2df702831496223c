"""The size of a network before it is trained: parameters, layer shapes, floating-point operations."""

from dataclasses import dataclass
from math import prod

from fmnist_tui.datasets import IMAGE_SHAPE
from fmnist_tui.models.architecture import Architecture


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One layer: its kind, its output shape for one image, and its number of trainable parameters."""

    kind: str
    output_shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """The layers and size of a network.

    Attributes:
        parameters: Number of trainable parameters.
        flops: Floating-point operations of the forward pass on one image; linear layers and convolutions only, a
            multiplication and an addition count as two.
    """

    layers: tuple[LayerSummary, ...]
    parameters: int
    flops: int


def summarize(architecture: Architecture) -> ModelSummary:
    """Return the summary of a network, within a millisecond and without drawing random numbers.

    An empty batch passes through the network, so nothing is computed and one number can replace all weights. Torch's
    meta device with its FlopCounterMode would do the same, but loads torch's compiler, which takes over a second.
    """
    import torch
    from torch import Tensor, nn

    flops = 0

    def count(layer: nn.Module, _inputs: object, output: Tensor) -> None:
        nonlocal flops
        if isinstance(layer, nn.Linear | nn.Conv2d):
            places = prod(output.shape[2:])  # each weight is used once at every position of the output
            flops += 2 * layer.weight.numel() * places

    with torch.device("meta"):
        network = architecture.build().eval()
    stand_ins = {name: torch.zeros((), dtype=t.dtype).expand(t.shape) for name, t in network.state_dict().items()}
    network.load_state_dict(stand_ins, assign=True)
    images = torch.empty(0, *IMAGE_SHAPE)
    for module in network.modules():
        module.register_forward_hook(count)
    layers: list[LayerSummary] = []
    with torch.no_grad():
        for layer in network.children():
            images = layer(images)
            parameters = sum(parameter.numel() for parameter in layer.parameters())
            layers.append(LayerSummary(type(layer).__name__, tuple(images.shape[1:]), parameters))
    return ModelSummary(tuple(layers), sum(layer.parameters for layer in layers), flops)
