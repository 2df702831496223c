"""What makes training slower on this machine than its processor could be."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import torch

from fmnist_tui.processors import usable_processors
from fmnist_tui.training.compute_plan import cpu_has_bf16
from fmnist_tui.training.free_processors import free_processors
from fmnist_tui.training.machine_speed import EVEN_CHANNELS, UNEVEN_CHANNELS, LayerSpeed

GOVERNORS = Path("/sys/devices/system/cpu")
NVIDIA = Path("/proc/driver/nvidia/version")

SLOW = 3.0
"""A layer is reported if it is slower than its reference by more than this factor."""


def slowdowns() -> list[str]:
    """Return a sentence for each, without a full stop; measures the load for a tenth of a second."""
    return [sentence for find in (_processors, _load, _instructions, _power, _gpu) for sentence in find()]


def slow_layers(layers: Sequence[LayerSpeed]) -> list[str]:
    """Return a sentence for each layer that is far slower in another precision than in fp32, or for its channels.

    Args:
        layers: As `measure_layers` returns them.
    """
    fp32 = {one.layer: one.gflops["fp32"] for one in layers}
    found = [
        f"{one.layer}: {fp32[one.layer] / speed:,.0f} times as slow in {precision} as in fp32"
        for one in layers
        for precision, speed in one.gflops.items()
        if speed * SLOW < fp32[one.layer]
    ]
    even, uneven = fp32[EVEN_CHANNELS], fp32[UNEVEN_CHANNELS]
    if uneven * SLOW < even:
        found.append(f"channels that are not multiples of 16 run at {uneven:,.0f} GFLOP/s, others at {even:,.0f}")
    return found


def _processors() -> list[str]:
    usable, all_processors, used = usable_processors(), os.cpu_count() or 1, torch.get_num_threads()
    found = []
    if usable < all_processors:
        found.append(f"this process may use {usable} of {all_processors} processors: see its affinity or its quota")
    if used < usable and "OMP_NUM_THREADS" in os.environ:
        found.append(f"OMP_NUM_THREADS allows {used} of {usable} threads")
    return found


def _load() -> list[str]:
    usable, free = usable_processors(), free_processors()
    busy = usable - free
    return (
        [f"other programs keep about {busy:.1f} of {usable} processors busy"] if busy > max(0.25, usable / 10) else []
    )


def _instructions() -> list[str]:
    found = []
    kernels = torch.backends.cpu.get_cpu_capability()
    if kernels == "DEFAULT":
        found.append("torch uses no vector instructions: the processor has no AVX2, or ATEN_CPU_CAPABILITY hides it")
    if not cpu_has_bf16():
        found.append("the processor multiplies no bf16 in hardware, so all networks are trained in fp32")
    return found


def _power() -> list[str]:
    found = []
    governors = set()
    with suppress(OSError):
        governors = {file.read_text().strip() for file in GOVERNORS.glob("cpu[0-9]*/cpufreq/scaling_governor")}
    if "powersave" in governors:
        found.append("the frequency governor of the processor is powersave")
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    if battery is not None and battery.power_plugged is False:
        found.append("the machine runs on its battery")
    return found


def _gpu() -> list[str]:
    if NVIDIA.exists() and not torch.cuda.is_available():
        return [
            "there is a driver of NVIDIA, but torch finds no GPU: it may be built without CUDA, or for another driver"
        ]
    return []
