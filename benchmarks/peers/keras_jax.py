"""Keras 3 on JAX, which compiles the whole step."""

import os

os.environ["KERAS_BACKEND"] = "jax"

from benchmarks.peers.contract import contend
from benchmarks.peers.keras_fit import train

if __name__ == "__main__":
    contend(train)
