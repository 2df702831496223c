"""What a training sets for the whole process: threads, seeds, and deterministic kernels on CUDA."""

import ctypes
import os
import warnings
from contextlib import suppress

import torch

from fmnist_tui.config import RunConfig
from fmnist_tui.seeds import seed_for
from fmnist_tui.training.compute_plan import ComputePlan


def prepare_process(config: RunConfig, plan: ComputePlan) -> None:
    """Set torch's number of threads, request deterministic kernels, and seed the generators that dropout draws from."""
    torch.set_num_threads(plan.threads)
    fix_number_of_threads()
    request_determinism(plan.device)
    torch.manual_seed(seed_for(config.seed, "dropout"))


def fix_number_of_threads() -> None:
    """Let OpenMP always use the number of threads that torch asks for, on the calling thread.

    With `OMP_DYNAMIC=true` in the environment, it takes fewer while the machine is busy, and the bits change with its
    load.
    """
    with suppress(OSError, TypeError, AttributeError):  # Windows, or a torch without OpenMP
        ctypes.CDLL(None).omp_set_dynamic(0)


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
