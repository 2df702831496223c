"""Export the network as a program of `torch.export`, which torch loads without this program's code."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from fmnist_tui.exporting.format import NetworkFormat

if TYPE_CHECKING:
    from fmnist_tui.exporting.format import Predictor
    from fmnist_tui.exporting.trained_network import TrainedNetwork


class TorchExport(NetworkFormat):
    """The whole computation from pixels to logits, for any number of images."""

    name = "torch-export"
    summary = "pixels to logits as .pt2, for torch.export.load"
    suffix = ".pt2"

    def content(self, trained: "TrainedNetwork") -> bytes:
        import torch

        from fmnist_tui.exporting.traced import traced

        stream = io.BytesIO()
        extra = {f"{name}.txt": text for name, text in trained.metadata().items()}
        torch.export.save(traced(trained.whole()), stream, extra_files=extra)
        return stream.getvalue()

    def predictor(self, content: bytes, trained: "TrainedNetwork") -> "Predictor":
        import torch

        # Loading such a file may run code in it. This one was made a moment ago, and never left this process.
        return torch.export.load(io.BytesIO(content)).module()

    def describe(self, trained: "TrainedNetwork") -> str:
        from fmnist_tui.exporting.traced import interface

        return interface(trained)

    def usage(self, path: Path) -> str:
        return f"torch.export.load({str(path)!r}).module()(pixels)"


FORMATS = (TorchExport(),)
