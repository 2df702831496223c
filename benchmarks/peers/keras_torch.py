"""Keras 3 on torch, eager."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import torch

from benchmarks.peers.keras_fit import train
from benchmarks.peers.task import Outcome, Task, run_task


def train_on_all_cores(task: Task) -> Outcome:
    """Train with as many threads as the other torch peers."""
    torch.set_num_threads(task.threads)
    return train(task)


if __name__ == "__main__":
    run_task(train_on_all_cores)
