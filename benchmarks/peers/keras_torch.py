"""Keras 3 on torch, eager."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import torch

from benchmarks.peers.contract import Outcome, Task, contend
from benchmarks.peers.keras_fit import train


def train_on_all_cores(task: Task) -> Outcome:
    """Train with as many threads as the other torch contenders."""
    torch.set_num_threads(task.threads)
    return train(task)


if __name__ == "__main__":
    contend(train_on_all_cores)
