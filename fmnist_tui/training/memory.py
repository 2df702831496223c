"""How much memory a training takes, estimated before it begins, and how much there is."""

import sys
from pathlib import Path

import psutil
import torch
from torch import Tensor

from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.datasets import IMAGE_SHAPE
from fmnist_tui.errors import UserError
from fmnist_tui.training.allocator import give_back_freed_memory
from fmnist_tui.training.compute_plan import ComputePlan

SMALL = 256 * 2**20
"""Bytes; what needs less is not held against what is available."""

FLOAT_BYTES = 4

MOMENTS = {"adam": 2, "adamw": 2, "rmsprop": 2, "sgd": 1}
"""Tensors like the parameters that an optimizer keeps, at most."""

LARGEST_AGAIN = 3
"""Backward through convolutions holds gradients and working memory beside the activations: measured, so many times the
largest activation. Fully connected networks overwrite their activations instead."""


def require_memory(config: RunConfig, dataset: Dataset, plan: ComputePlan) -> None:
    """Refuse a training that can't fit into memory, which the system would kill without a word.

    Args:
        config: What is to be trained.
        dataset: Its images, which are in memory already; on a GPU they take room once more.
        plan: Where it is trained, and in what number format.

    Raises:
        UserError: The estimate is more than is available.
    """
    fixed, per_image = _parameter_bytes(config), _bytes_per_image(config)
    if plan.precision == "bf16":
        per_image //= 2
    if plan.device.type != "cpu":
        fixed += sum(part.images.nbytes for part in (dataset.train, dataset.validation))
    needed = fixed + per_image * config.batch_size
    if needed < SMALL:
        return
    available = _available_bytes(plan.device)
    if needed <= available:
        return
    problem = (
        f"training needs about {_gigabytes(needed)} of memory with batch size {config.batch_size:,} and model "
        f"{config.model_name}, but {_gigabytes(available)} are available"
    )
    fits = max(0, available - fixed) // per_image
    if fits < 1:
        raise UserError(problem, "Take a smaller model")
    raise UserError(problem, f"Take batch size {_rounded_down(fits)} (--batch-size {_rounded_down(fits)}) or less")


def _parameter_bytes(config: RunConfig) -> int:
    """Bytes of the weights, their gradients and what the optimizer keeps."""
    with torch.device("meta"):
        parameters = sum(parameter.numel() for parameter in config.model.build().parameters())
    return FLOAT_BYTES * parameters * (2 + MOMENTS[config.optimizer])


def _bytes_per_image(config: RunConfig) -> int:
    """Bytes that one more image in a batch takes in forward and backward.

    Measured on tensors without numbers, at two batch sizes: nothing is computed, and no generator drawn from.
    """
    (small, small_largest), (large, large_largest) = (_saved_bytes(config, batch) for batch in (2, 4))
    again = LARGEST_AGAIN if config.model.convolutional else 0
    return (large - small + again * (large_largest - small_largest)) // 2


def _saved_bytes(config: RunConfig, batch: int) -> tuple[int, int]:
    """Bytes that autograd saves of a batch in all, and of its largest tensor."""
    saved: dict[int, Tensor] = {}

    def keep(tensor: Tensor) -> Tensor:
        saved[tensor.untyped_storage()._cdata] = tensor  # tensors that share a storage count once
        return tensor

    with torch.device("meta"):
        network = config.model.build()
        images = torch.empty(batch, *IMAGE_SHAPE)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        logits = network(images)
        torch.nn.functional.cross_entropy(logits, torch.empty(batch, dtype=torch.int64, device="meta"))
    activations = [tensor for tensor in saved.values() if not isinstance(tensor, torch.nn.Parameter)]
    sizes = [tensor.untyped_storage().nbytes() for tensor in activations]
    return sum(sizes), max(sizes)


def _available_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        free, _total = torch.cuda.mem_get_info(device)
        return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    give_back_freed_memory()  # what an earlier run of this process left is available too
    limits = [int(psutil.virtual_memory().available), *_address_space_left(), *_cgroup_left()]
    return max(0, min(limits))


def _address_space_left() -> list[int]:
    if sys.platform == "win32":
        return []
    import resource

    limit, _hard = resource.getrlimit(resource.RLIMIT_AS)
    return [] if limit == resource.RLIM_INFINITY else [limit - int(psutil.Process().memory_info().vms)]


def _cgroup_left(root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> list[int]:
    """What the control groups that this process is in leave, as far as they limit its memory (cgroup v2)."""
    try:
        place = next(line[3:] for line in own.read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return []
    group = root / place.lstrip("/")
    groups = [folder for folder in (group, *group.parents) if folder.is_relative_to(root)]
    return [left for folder in groups if (left := _left_in(folder)) is not None]


def _left_in(group: Path) -> int | None:
    try:
        limit = int((group / "memory.max").read_text())
        used = int((group / "memory.current").read_text())
        figures = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):  # no limit, which reads "max", or no such group here
        return None
    return limit - used + int(figures.get("inactive_file", 0))  # the kernel takes cached files back first


def _rounded_down(images: int) -> int:
    """The largest power of two that is not larger."""
    return 1 << (images.bit_length() - 1)


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
