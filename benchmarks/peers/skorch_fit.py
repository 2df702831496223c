"""skorch: scikit-learn's interface over torch, given tensors that lie in memory."""

import torch
from skorch import NeuralNetClassifier  # type: ignore[import-untyped, import-not-found, unused-ignore]
from skorch.callbacks import Callback  # type: ignore[import-untyped, import-not-found, unused-ignore]

from benchmarks.peers.task import EpochClock, Outcome, Task, run_task
from benchmarks.peers.torch_networks import build, classes_by, tensors


class Stopwatch(Callback):  # type: ignore[misc]
    """Stop the clock at each epoch's end."""

    def __init__(self, clock: EpochClock) -> None:
        self.clock = clock

    def on_train_begin(self, *_arguments: object, **_more: object) -> None:
        self.clock.start()

    def on_epoch_end(self, *_arguments: object, **_more: object) -> None:
        self.clock.epoch_ended()


def train(task: Task) -> Outcome:
    """Train with `fit`, without the validation split that skorch makes by default."""
    torch.set_num_threads(task.threads)
    images, labels = tensors(task)
    network, clock = build(task.workload), EpochClock()
    classifier = NeuralNetClassifier(
        network,
        criterion=torch.nn.CrossEntropyLoss,
        optimizer=torch.optim.Adam,
        optimizer__weight_decay=task.weight_decay,
        lr=task.learning_rate,
        batch_size=task.batch_size,
        max_epochs=task.epochs,
        iterator_train__shuffle=True,
        train_split=None,
        callbacks=[("stopwatch", Stopwatch(clock))],
        verbose=0,
    )
    classifier.fit(images, labels)
    return Outcome(clock.seconds, len(labels), lambda: task.images.accuracy(classes_by(classifier.module_)))


if __name__ == "__main__":
    run_task(train)
