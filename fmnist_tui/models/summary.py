"""What a network costs, told before it is trained: parameters, layer shapes, floating-point operations."""

from dataclasses import dataclass
from math import prod

from fmnist_tui.datasets import IMAGE_SHAPE
from fmnist_tui.models.architecture import Architecture


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One layer: its kind, the shape of what it puts out for one image, and its trainable parameters."""

    kind: str
    output_shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """What a network is made of.

    Attributes:
        parameters: Trainable numbers in the whole network.
        flops: Floating-point operations of the forward pass on one image; linear layers and convolutions only, a
            multiplication and an addition counted as two.
    """

    layers: tuple[LayerSummary, ...]
    parameters: int
    flops: int


def summarize(architecture: Architecture) -> ModelSummary:
    """Sends no images through the network, which costs a millisecond at any size and draws no random numbers.

    Nothing is computed for a batch of none, so one number can stand for all weights. Torch's meta device and its
    FlopCounterMode would do the same, but load torch's compiler, which takes more than a second.
    """
    import torch
    from torch import Tensor, nn

    flops = 0

    def count(layer: nn.Module, _inputs: object, output: Tensor) -> None:
        nonlocal flops
        if isinstance(layer, nn.Linear | nn.Conv2d):
            places = prod(output.shape[2:])  # each weight is used once at every place of the output
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
