"""What the training of the config in the form would cost on this machine."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fmnist_tui.config import RunConfig
from fmnist_tui.datasets import TRAIN_IMAGES
from fmnist_tui.engine.protocol import Engine, MemoryEstimate
from fmnist_tui.formatting import count, duration, rough_count
from fmnist_tui.models import Architecture
from fmnist_tui.models.summary import ModelSummary

if TYPE_CHECKING:
    from fmnist_tui.runs.measured_speed import MeasuredSpeed, TimeEstimate


@dataclass(frozen=True, slots=True)
class TrainingCost:
    """The cost of a training.

    Attributes:
        time: The expected time of an epoch; None if no run of the model was measured on this machine.
    """

    config: RunConfig
    summary: ModelSummary
    memory: MemoryEstimate
    time: "TimeEstimate | None"

    @property
    def is_too_large(self) -> bool:
        """Whether the training needs more memory than there is."""
        return self.memory.needed > self.memory.available

    def time_text(self, is_long: bool) -> str:
        """Return the expected time, or why there is none."""
        if self.time is None:
            return "time: unknown until a first run here" if is_long else "time unknown"
        epochs, seconds = self.config.epochs, self.time.seconds_per_epoch
        limit = "at most " if self.config.early_stopping else "about "
        total = f"{limit}{duration(epochs * seconds)}"
        if not is_long:
            return total
        source = ", scaled from another size" if self.time.is_scaled else ""
        return f"{total} ({count(epochs)} × {duration(seconds)}{source})"

    def memory_text(self) -> str:
        """Return the memory that is needed, and what there is if that is less."""
        text = f"{rough_count(self.memory.needed)}B of memory"
        return f"{text}, {rough_count(self.memory.available)}B available" if self.is_too_large else text

    def size_text(self, is_long: bool) -> str:
        """Return the size of the network."""
        parameters, flops = count(self.summary.parameters), rough_count(self.summary.flops)
        return f"{parameters} parameters  ·  {flops}FLOP per image" if is_long else f"{parameters} params · {flops}FLOP"


class CostEstimator:
    """Estimates the cost of configs. Reads the runs on this machine once, and again after `forget_speeds`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._speeds: list[MeasuredSpeed] | None = None
        self._summaries: dict[Architecture, ModelSummary] = {}

    def forget_speeds(self) -> None:
        """Read the runs again before the next estimate: there is a new one."""
        self._speeds = None

    async def summary(self, architecture: Architecture) -> ModelSummary:
        """Return the size of a network."""
        if architecture not in self._summaries:
            self._summaries[architecture] = await asyncio.wrap_future(self._engine.summarize(architecture))
        return self._summaries[architecture]

    async def cost(self, config: RunConfig) -> TrainingCost:
        """Return the cost of a training.

        Raises:
            UserError: This machine lacks what the config asks for, or the folder of runs can't be read.
        """
        from fmnist_tui.runs.measured_speed import estimate_time, measured_speeds  # the first frame does without it

        summary = await self.summary(config.model)
        memory = await asyncio.wrap_future(self._engine.estimate_memory(config))
        if self._speeds is None:
            self._speeds = await asyncio.to_thread(measured_speeds)
        images = TRAIN_IMAGES - config.validation_size
        return TrainingCost(config, summary, memory, estimate_time(config, summary.flops, images, self._speeds))
