"""Where and in what number format a run computes: what the config asks for, held against what this machine has."""

from dataclasses import dataclass
from typing import Literal

import torch

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError

Precision = Literal["fp32", "bf16"]


@dataclass(frozen=True, slots=True)
class Placement:
    """The device, number format and memory layout that a network computes with.

    Attributes:
        channels_last: Whether images lie in memory pixel by pixel instead of channel by channel, which convolutions
            prefer.
    """

    device: torch.device
    precision: Precision
    channels_last: bool

    @property
    def memory_format(self) -> torch.memory_format:
        return torch.channels_last if self.channels_last else torch.contiguous_format

    def autocast(self) -> torch.autocast:
        """The context in which the network's heavy layers run in this precision."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.precision == "bf16")


def choose_placement(config: RunConfig) -> Placement:
    """The placement that the config asks for, with every "auto" decided.

    Raises:
        UserError: The config names a device or a precision that this machine doesn't have.
    """
    device = torch.device(_device_type(config))
    return Placement(device, _precision(config, device), config.model.convolutional)


def cpu_has_bf16() -> bool:
    """Whether the CPU multiplies bf16 in hardware; without, bf16 is tens to hundreds of times slower than fp32."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def _device_type(config: RunConfig) -> str:
    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if config.device == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if available[name])
    if not available[config.device]:
        raise UserError(
            f"device is {config.device!r}, but torch finds no such device here",
            "Use --device auto or --device cpu; `fmnist-tui doctor` lists the devices",
        )
    return config.device


def _precision(config: RunConfig, device: torch.device) -> Precision:
    has_bf16 = {"cpu": cpu_has_bf16, "cuda": torch.cuda.is_bf16_supported}.get(device.type, lambda: False)()
    if config.precision == "bf16" and not has_bf16:
        raise UserError(
            f"precision is 'bf16', but this {device.type} computes it only by slow emulation",
            "Use --precision auto or --precision fp32",
        )
    if config.precision == "auto":
        return "bf16" if has_bf16 and config.model.convolutional else "fp32"
    return config.precision
