"""The device, precision and threads of a run: what the config asks for and this machine has."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from fmnist_tui.checkpoints.manifest import CheckpointMetadata
from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunStarted
from fmnist_tui.hyperparameters import MAX_THREADS, Precision
from fmnist_tui.processors import usable_processors
from fmnist_tui.training.free_processors import free_processors, threads_for
from fmnist_tui.training.launch import this_launch


def _default_threads() -> int:
    """Return torch's own choice, OMP_NUM_THREADS or one per core, but no more than can run.

    torchrun sets OMP_NUM_THREADS to 1 if it is not set. So 1 is no choice there, and the processes of this machine
    share what can run.
    """
    launch, usable = this_launch(), min(usable_processors(), MAX_THREADS)
    if launch is None or os.environ.get("OMP_NUM_THREADS", "1") != "1":
        return min(torch.get_num_threads(), usable)
    return max(1, usable // launch.local_processes)


DEFAULT_THREADS = _default_threads()
"""The threads of a run that leaves them open, on an idle machine; read before any run sets another number."""


@dataclass(frozen=True, slots=True)
class ComputePlan:
    """The device, precision, threads and memory layout to compute with.

    Attributes:
        threads: Threads inside one operation on the CPU; equal bits need an equal number.
        channels_last: Whether images lie in memory pixel by pixel instead of channel by channel.
    """

    device: torch.device
    precision: Precision
    threads: int
    channels_last: bool

    @property
    def memory_format(self) -> torch.memory_format:
        return torch.channels_last if self.channels_last else torch.contiguous_format

    def autocast(self) -> torch.autocast:
        """Return a context in which the network's heavy layers run in this precision."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.precision == "bf16")

    @contextmanager
    def threads_set(self) -> Iterator[None]:
        """Use this many threads inside the `with` block, on the calling thread."""
        before = torch.get_num_threads()
        torch.set_num_threads(self.threads)
        try:
            yield
        finally:
            torch.set_num_threads(before)

    def __str__(self) -> str:
        return f"{self.device} {self.precision}, {self.threads} {'thread' if self.threads == 1 else 'threads'}"


def choose_plan(config: RunConfig) -> ComputePlan:
    """Return the plan that the config asks for, with every "auto" decided by rule.

    Raises:
        UserError: The config names a device or a precision that this machine doesn't have.
    """
    return plans(config)[0]


class PlanUnavailableError(UserError):
    """This machine lacks the device or the precision that a run was trained with."""


TrainedWith = RunStarted | CheckpointMetadata
"""A record of how a run was trained: its start in the log, or a checkpoint's manifest."""


def same_plan(config: RunConfig, before: TrainedWith, threads: int | None = None) -> ComputePlan:
    """Return the plan that a run was trained with, so that the rest of it gives the same bits.

    Args:
        config: The run's config.
        before: How it was trained.
        threads: Another number of threads; 0 leaves it to the rule.

    Raises:
        PlanUnavailableError: This machine lacks the device or the precision.
    """
    try:
        return choose_plan(
            config.pinned(before.device, before.precision, before.threads if threads is None else threads)
        )
    except UserError as error:
        raise PlanUnavailableError(
            f"the run was trained on {before.device} in {before.precision}, which this machine lacks"
        ) from error


def fp32_plan(config: RunConfig, before: TrainedWith, threads: int | None = None) -> ComputePlan:
    """Return the fastest plan in fp32 that this machine has, for a run whose own plan is not available."""
    free = {"device": "auto", "precision": "fp32", "threads": before.threads if threads is None else threads}
    return choose_plan(config.model_copy(update=free))


def automatic_threads(config: RunConfig) -> int:
    """Return the threads that "auto" stands for now: fewer if other programs keep processors busy.

    Measures that for a tenth of a second, unless the config or OMP_NUM_THREADS decides.
    """
    if config.threads or DEFAULT_THREADS == 1 or "OMP_NUM_THREADS" in os.environ:
        return config.threads or DEFAULT_THREADS
    return threads_for(DEFAULT_THREADS, free_processors())


def busy_note(config: RunConfig, threads: int) -> str:
    """Return, to follow a reason, why there are fewer threads than on an idle machine; empty if there are not."""
    if config.threads or threads >= DEFAULT_THREADS:
        return ""
    return f"; other programs keep about {DEFAULT_THREADS - threads} of {DEFAULT_THREADS} processors busy"


def plans(config: RunConfig, threads: int | None = None) -> list[ComputePlan]:
    """Return all plans that the config allows on its device, likely the fastest first; "auto" is the fastest device.

    Args:
        config: What to train.
        threads: The threads of the first plan if the config leaves them open; those of an idle machine if None.

    Raises:
        UserError: The config names a device or a precision that this machine doesn't have.
    """
    device = torch.device(_device_type(config))
    return [
        ComputePlan(device, precision, count, config.model.prefers_channels_last)
        for precision in _precisions(config, device)
        for count in _thread_counts(config, device, threads or DEFAULT_THREADS)
    ]


def cpu_has_bf16() -> bool:
    """Return whether the CPU multiplies bf16 in hardware; emulation is 10 to 100 times slower than fp32."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def _device_type(config: RunConfig) -> str:
    # Fastest first.
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if config.device == "auto":
        return next(name for name, is_available in available.items() if is_available)
    if not available[config.device]:
        raise UserError(
            f"device is {config.device!r}, but torch finds no such device here",
            "Use --device auto or --device cpu; `fmnist-tui doctor` lists the devices",
        )
    return config.device


def _precisions(config: RunConfig, device: torch.device) -> list[Precision]:
    has_bf16 = {"cpu": cpu_has_bf16, "cuda": torch.cuda.is_bf16_supported}.get(device.type, lambda: False)()
    if config.precision == "bf16" and not has_bf16:
        raise UserError(
            f"precision is 'bf16', but this {device.type} computes it only by slow emulation",
            "Use --precision auto or --precision fp32",
        )
    if config.precision == "auto":
        # On a GPU, fully connected networks are faster in fp32, by manual backpropagation.
        may_be_faster = config.model.convolutional or (device.type == "cpu" and config.model.gains_from_bf16)
        return ["bf16", "fp32"] if has_bf16 and may_be_faster else ["fp32"]
    return [config.precision]


def _thread_counts(config: RunConfig, device: torch.device, most: int) -> list[int]:
    if config.threads:
        return [config.threads]
    return sorted({most, 1}, reverse=True) if device.type == "cpu" else [most]
