"""What a network costs, told before it is trained: parameters, layer shapes, floating-point operations."""

from dataclasses import dataclass

from fmnist_tui.models.architecture import IMAGE_SHAPE, Architecture


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
        flops: Floating-point operations of the forward pass on one image; matrix products and convolutions only, a
            multiplication and an addition counted as two, as torch's own counter does.
    """

    layers: tuple[LayerSummary, ...]
    parameters: int
    flops: int


def summarise(architecture: Architecture) -> ModelSummary:
    """Measures the network on torch's meta device: shapes without numbers, so it costs milliseconds at any size."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"):
        network = architecture.build().eval()
        image = torch.empty(1, *IMAGE_SHAPE)
        layers: list[LayerSummary] = []
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            for layer in network.children():
                image = layer(image)
                count = sum(parameter.numel() for parameter in layer.parameters())
                layers.append(LayerSummary(type(layer).__name__, tuple(image.shape[1:]), count))
    return ModelSummary(tuple(layers), sum(layer.parameters for layer in layers), counter.get_total_flops())
