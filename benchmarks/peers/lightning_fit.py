"""Lightning's Trainer with a DataLoader of tensors, without progress bar, logger and checkpoints."""

import logging
from typing import Any

import lightning  # type: ignore[import-untyped, import-not-found, unused-ignore]
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.peers.task import EpochClock, Outcome, Task, run_task
from benchmarks.peers.torch_networks import build, classes_by, tensors


class Classifier(lightning.LightningModule):  # type: ignore[misc, unused-ignore]
    """The network and its optimizer as a Lightning module."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.network = build(task.workload)
        self._rate, self._decay = task.learning_rate, task.weight_decay

    def training_step(self, batch: tuple[Tensor, Tensor], _index: int) -> Tensor:
        images, labels = batch
        return functional.cross_entropy(self.network(images), labels)

    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.parameters(), lr=self._rate, weight_decay=self._decay)


class Stopwatch(lightning.Callback):  # type: ignore[misc, unused-ignore]
    """Stop the clock at each epoch's end."""

    def __init__(self, clock: EpochClock) -> None:
        self._clock = clock

    def on_train_start(self, *_arguments: object) -> None:
        self._clock.start()

    def on_train_epoch_end(self, *_arguments: object) -> None:
        self._clock.epoch_ended()


def train(task: Task) -> Outcome:
    """Train with `Trainer.fit`."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    torch.set_num_threads(task.threads)
    images, labels = tensors(task)
    loader = DataLoader(TensorDataset(images, labels), batch_size=task.batch_size, shuffle=True)
    module = Classifier(task)

    def accuracy() -> float:
        return task.images.accuracy(classes_by(module.network))

    clock = task.clock(accuracy)
    trainer = lightning.Trainer(
        accelerator="cpu",
        max_epochs=task.epochs,
        callbacks=[Stopwatch(clock)],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(module, loader)
    return Outcome(clock.seconds, len(labels), accuracy, epoch_accuracies=clock.accuracies)


if __name__ == "__main__":
    run_task(train)
