"""Keras 3 on JAX, which compiles the whole step."""

import os

os.environ["KERAS_BACKEND"] = "jax"

from benchmarks.peers.keras_fit import train
from benchmarks.peers.task import run_task

if __name__ == "__main__":
    run_task(train)
