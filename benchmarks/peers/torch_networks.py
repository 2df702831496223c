"""The workloads' networks as users write them in torch: convolution, normalization, activation, pooling."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.peers.task import CHANNELS, DROPOUT, HEAD_UNITS, HIDDEN_UNITS, SLOPE, Task, WorkloadName


def build(workload: WorkloadName) -> nn.Sequential:
    """Return a new network: float images [n, 1, 28, 28] in, logits [n, 10] out."""
    if workload == "logistic":
        return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    layers: list[nn.Module] = []
    if workload == "mlp":
        layers.append(nn.Flatten())
        for inputs, outputs in pairwise((784, *HIDDEN_UNITS)):
            layers += [nn.Linear(inputs, outputs), nn.LeakyReLU(SLOPE)]
        return nn.Sequential(*layers, nn.Linear(HIDDEN_UNITS[-1], 10))
    for inputs, outputs in pairwise((1, *CHANNELS)):
        layers += [
            nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.LeakyReLU(SLOPE),
            nn.MaxPool2d(2),
        ]
    layers += [nn.Flatten(), nn.Linear(CHANNELS[-1] * 3 * 3, HEAD_UNITS), nn.LeakyReLU(SLOPE), nn.Dropout(DROPOUT)]
    return nn.Sequential(*layers, nn.Linear(HEAD_UNITS, 10))


def tensors(task: Task) -> tuple[Tensor, Tensor]:
    """Return all training images, float [n, 1, 28, 28], and their labels, int64 [n]."""
    return torch.from_numpy(task.images.normalized).unsqueeze(1), torch.from_numpy(task.images.labels)


def classes_by(network: nn.Module) -> Callable[[NDArray[np.float32]], NDArray[np.integer]]:
    """Return the network as a function from normalized images [n, 28, 28] to classes [n]; it stays in training mode."""

    def classes(images: NDArray[np.float32]) -> NDArray[np.integer]:
        network.eval()
        with torch.no_grad():
            logits = network(torch.from_numpy(images).unsqueeze(1))
        network.train()
        return logits.argmax(dim=1).numpy()  # type: ignore[no-any-return]

    return classes
