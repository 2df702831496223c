"""Requests deterministic kernels on CUDA; those on the CPU are deterministic anyway."""

import os
import warnings

import torch


def request_determinism(device: torch.device) -> None:
    """Request deterministic kernels for the whole process if the device is CUDA; change nothing otherwise.

    Call it before the first matrix product on the device, which fixes cuBLAS's workspace. An operation without a
    deterministic kernel is computed anyway. See torch's notes on reproducibility.
    """
    if device.type != "cuda":
        return
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # slow and unnecessary
    warnings.filterwarnings("ignore", message=".*does not have a deterministic implementation")
