"""The parts of the dataset by name."""

from typing import Literal

Split = Literal["train", "validation", "test"]
