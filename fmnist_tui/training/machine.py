"""The hardware and the settings of this process that decide the bits of a result, besides the run's config."""

import hashlib
import inspect
import os
import platform
import sys
from contextlib import suppress
from pathlib import Path

import torch

from fmnist_tui.events import Machine
from fmnist_tui.training.denormals import flushes_denormals

CPU_FLAGS = (
    *("sse4_2", "avx", "fma", "avx2", "avx_vnni"),
    *("avx512f", "avx512bw", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_bf16", "amx_fp16"),
    *("asimd", "asimdhp", "sve", "sve2", "bf16", "i8mm"),
)
"""The instruction sets that torch, oneDNN and MKL choose kernels by, as Linux names them: of x86, then of ARM."""

VARIABLES = (
    "ATEN_CPU_CAPABILITY",
    "CUBLAS_WORKSPACE_CONFIG",
    "DNNL_DEFAULT_FPMATH_MODE",
    "DNNL_MAX_CPU_ISA",
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "NVIDIA_TF32_OVERRIDE",
    "OMP_MAX_ACTIVE_LEVELS",
    "OMP_THREAD_LIMIT",
    "ONEDNN_DEFAULT_FPMATH_MODE",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
)
"""The environment variables that change which kernels compute, in which precision, or with how many threads."""

CPU_INFO = Path("/proc/cpuinfo")
MAX_CPU_INFO = 1 << 16
"""Characters; those about the first processor are at the beginning."""


def this_machine(device: torch.device) -> Machine:
    """Return this machine, with its GPU if that is what `device` is."""
    model, flags = _cpu()
    return Machine(
        platform=platform.platform(),
        cpu=model,
        cpu_flags=tuple(flag for flag in CPU_FLAGS if flag in flags),
        kernels=torch.backends.cpu.get_cpu_capability(),
        flushes_denormals=flushes_denormals() if device.type == "cpu" else None,
        accelerator=_accelerator(device),
        variables={name: os.environ[name] for name in VARIABLES if name in os.environ},
    )


def source_digest(defined: type) -> str:
    """Return the sha256 of the source of the module that defines a class; empty if there is no source."""
    with suppress(OSError, TypeError):
        return hashlib.sha256(inspect.getsource(sys.modules[defined.__module__]).encode()).hexdigest()
    return ""


def _cpu() -> tuple[str, frozenset[str]]:
    """Return the model and the flags of the first processor; of systems other than Linux, only what Python knows."""
    facts: dict[str, str] = {}
    with suppress(OSError), CPU_INFO.open(errors="replace") as stream:
        for line in stream.read(MAX_CPU_INFO).splitlines():
            name, _, value = line.partition(":")
            facts.setdefault(name.strip(), value.strip())
    flags = facts.get("flags") or facts.get("Features") or ""
    return facts.get("model name") or platform.processor() or platform.machine(), frozenset(flags.split())


def _accelerator(device: torch.device) -> str:
    match device.type:
        case "cuda":
            libraries = f"CUDA {torch.version.cuda or torch.version.hip}, cuDNN {torch.backends.cudnn.version()}"  # type: ignore[no-untyped-call]
            return f"{torch.cuda.get_device_name(device)}, {libraries}"
        case "mps":
            return f"{platform.machine()} GPU, macOS {platform.mac_ver()[0]}"
    return ""
