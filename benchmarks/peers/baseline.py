"""The published baseline's loop: torchvision's dataset and transforms through a DataLoader, figures read each step.

Variant "workers" loads with two worker processes; the usual one loads in the training process.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torchvision.datasets import FashionMNIST
from torchvision.transforms import Compose, Normalize, ToTensor

from benchmarks.peers.images import PIXEL_DEVIATION, PIXEL_MEAN, Images
from benchmarks.peers.task import EpochClock, Outcome, Task, run_task
from benchmarks.peers.torch_networks import build, classes_by

WORKERS = {"": 0, "workers": 2}


class FashionMnistFrom(FashionMNIST):  # type: ignore[misc]
    """torchvision's dataset, item by item, over images that were read elsewhere."""

    def __init__(self, images: Images) -> None:
        self._images = images
        super().__init__("unused", transform=Compose([ToTensor(), Normalize((PIXEL_MEAN,), (PIXEL_DEVIATION,))]))

    def _check_exists(self) -> bool:
        return True

    def _load_data(self) -> tuple[Tensor, Tensor]:
        return torch.from_numpy(self._images.pixels), torch.from_numpy(self._images.labels)


def train(task: Task) -> Outcome:
    """Train as the baseline's script does."""
    torch.set_num_threads(task.threads)
    dataset = FashionMnistFrom(task.images)
    loader: DataLoader[Any] = DataLoader(
        dataset, batch_size=task.batch_size, shuffle=True, num_workers=WORKERS[task.variant]
    )
    network = build(task.workload)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(network.parameters(), lr=task.learning_rate, weight_decay=task.weight_decay)
    clock = EpochClock()
    clock.start()
    for _epoch in range(task.epochs):
        network.train()
        loss_sum, correct = 0.0, 0
        for images, labels in loader:
            optimizer.zero_grad()
            logits = network(images)
            loss = criterion(logits, labels)
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(labels)
            correct += (logits.argmax(dim=1) == labels).sum().item()
        clock.epoch_ended()
    return Outcome(clock.seconds, len(dataset), lambda: task.images.accuracy(classes_by(network)))


if __name__ == "__main__":
    run_task(train)
