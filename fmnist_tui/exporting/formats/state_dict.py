"""Export the weights as safetensors: data that any program reads, without code."""

from pathlib import Path
from typing import TYPE_CHECKING

from fmnist_tui.exporting.format import NetworkFormat

if TYPE_CHECKING:
    from fmnist_tui.exporting.format import Predictor
    from fmnist_tui.exporting.trained_network import TrainedNetwork


class StateDict(NetworkFormat):
    """The network's state dict, with the names of torch's modules."""

    name = "state-dict"
    summary = "the weights as safetensors, with the names of modules"
    suffix = ".safetensors"

    def content(self, trained: "TrainedNetwork") -> bytes:
        from safetensors.torch import save

        return save(
            {name: tensor.contiguous() for name, tensor in trained.network.state_dict().items()}, trained.metadata()
        )

    def predictor(self, content: bytes, trained: "TrainedNetwork") -> "Predictor":
        from safetensors.torch import load

        from fmnist_tui.checkpoints.store import network_from
        from fmnist_tui.exporting.trained_network import PixelsToLogits

        config = trained.config
        network = network_from(config.model, load(content))
        return PixelsToLogits(network, config.dataset_spec, tta_flip=config.tta_flip).eval()

    def describe(self, trained: "TrainedNetwork") -> str:
        spec, flip = trained.config.dataset_spec, trained.config.tta_flip
        averaged = ", and averages the logits of an image and its mirror image" if flip else ""
        return (
            "Weights only: the network takes float32 images [n, 1, 28, 28], normalized as "
            f"(pixels / 255 - {spec.mean}) / {spec.std}; the run's evaluation does that{averaged}."
        )

    def usage(self, path: Path) -> str:
        return f"safetensors.torch.load_file({str(path)!r})"


FORMATS = (StateDict(),)
