"""scikit-learn, by `partial_fit`, an epoch a call.

Not quite the same work. MLPClassifier has Adam and the batch size, but ReLU instead of leaky ReLU. It can't be without
hidden layers, so the logistic regression is SGDClassifier: plain SGD image by image, one against the rest.
"""

from typing import Any

import numpy as np
from sklearn.linear_model import (  # type: ignore[import-untyped, import-not-found, unused-ignore]
    SGDClassifier,
)
from sklearn.neural_network import (  # type: ignore[import-untyped, import-not-found, unused-ignore]
    MLPClassifier,
)

from benchmarks.peers.task import HIDDEN_UNITS, EpochClock, Outcome, Task, run_task


def build(task: Task) -> Any:
    """Return the classifier closest to the workload."""
    if task.workload == "logistic":
        return SGDClassifier(
            loss="log_loss", penalty=None, learning_rate="constant", eta0=task.learning_rate, n_jobs=task.threads
        )
    return MLPClassifier(
        HIDDEN_UNITS,
        solver="adam",
        alpha=task.weight_decay,
        batch_size=task.batch_size,
        learning_rate_init=task.learning_rate,
    )


def train(task: Task) -> Outcome:
    """Train with the images as flat rows."""
    rows, labels = task.images.normalized.reshape(-1, 784), task.images.labels
    classifier, clock = build(task), EpochClock()
    clock.start()
    for _epoch in range(task.epochs):
        classifier.partial_fit(rows, labels, classes=np.arange(10))
        clock.epoch_ended()
    return Outcome(
        clock.seconds,
        len(labels),
        lambda: task.images.accuracy(lambda images: classifier.predict(images.reshape(-1, 784))),
    )


if __name__ == "__main__":
    run_task(train)
