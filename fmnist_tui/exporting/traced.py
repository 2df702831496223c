"""A network as a graph of operations, for the formats that store one."""

import torch
from torch import nn
from torch.export import Dim, ExportedProgram, export

from fmnist_tui.datasets import IMAGE_SHAPE
from fmnist_tui.exporting.trained_network import TrainedNetwork

INPUT, OUTPUT = "pixels", "logits"

ANY_NUMBER = {INPUT: {0: Dim("batch", min=1, max=2**20)}}
"""The dimension of the input that is not fixed, with its name."""


def traced(network: nn.Module) -> ExportedProgram:
    """Return the graph of a network that takes any number of images."""
    example = torch.zeros(2, *IMAGE_SHAPE)  # with a single one, torch would fix the number
    program = export(network, (example,), dynamic_shapes=ANY_NUMBER)
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)  # it names folders of this machine, and files are given to others
    return program


def interface(trained: TrainedNetwork) -> str:
    """Return in one sentence what such a file takes and gives."""
    config = trained.config
    averaged = ", averaged over an image and its mirror image as the run evaluates" if config.tta_flip else ""
    return (
        f"Input {INPUT}: float32 [n, 1, 28, 28] from 0 to 1, not normalized; "
        f"output {OUTPUT}: float32 [n, {len(config.dataset_spec.classes)}]{averaged}."
    )
