"""Estimates how much memory a training takes before it starts, and how much is available."""

import sys
from math import prod
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
from fmnist_tui.training.optimizers.optimizer import moment_names

SMALL = 256 * 2**20
"""Bytes; a training that needs less is not checked."""

FLOAT_BYTES = 4

BACKWARD_FACTOR = 3
"""Measured: the backward pass through convolutions takes this many times the largest activation beside the activations.
Fully connected networks overwrite their activations instead."""


def require_memory(config: RunConfig, dataset: Dataset, plan: ComputePlan) -> None:
    """Refuse a training that does not fit into memory, which the system would kill without a message.

    Args:
        config: What to train.
        dataset: Its images, which are in memory already; on a GPU they take memory again.
        plan: What to compute with.

    Raises:
        UserError: The estimate is more than is available.
    """
    fixed, per_image = _fixed_and_per_image(config, plan)
    if plan.device.type != "cpu":
        fixed += sum(part.images.nbytes for part in (dataset.train, dataset.validation))
    needed = fixed + per_image * config.batch_size
    if needed < SMALL:
        return
    give_back_freed_memory()  # memory that an earlier run of this process freed is available too
    available = available_bytes(plan.device)
    if needed <= available:
        return
    problem = (
        f"training needs about {_gigabytes(needed)} of memory with batch size {config.batch_size:,} and model "
        f"{config.model_name}, but {_gigabytes(available)} are available"
    )
    fits = max(0, available - fixed) // per_image
    if fits < 1:
        raise UserError(problem, "Take a smaller model")
    largest = 1 << (fits.bit_length() - 1)  # the largest power of two that fits
    raise UserError(problem, f"Take batch size {largest} (--batch-size {largest}) or less")


def needed_bytes(config: RunConfig, plan: ComputePlan) -> int:
    """Return about how many bytes a training takes in addition to its dataset."""
    fixed, per_image = _fixed_and_per_image(config, plan)
    return fixed + per_image * config.batch_size


def _fixed_and_per_image(config: RunConfig, plan: ComputePlan) -> tuple[int, int]:
    """Return the bytes of weights, gradients and optimizer state, and those that each image of a batch takes.

    An empty batch passes through the network, as in `summarize`, so nothing is computed and no random number is drawn.
    Autograd saves the same tensors as for a full batch. The meta device would do the same, but loads torch's compiler,
    which takes seconds.
    """
    with torch.device("meta"):
        network = config.model.build()
    stand_ins = {name: torch.zeros((), dtype=t.dtype).expand(t.shape) for name, t in network.state_dict().items()}
    network.load_state_dict(stand_ins, assign=True)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    saved, largest = _saved_bytes_per_image(network)
    per_image = saved + (BACKWARD_FACTOR * largest if config.model.convolutional else 0)
    if plan.precision == "bf16":
        per_image //= 2
    return FLOAT_BYTES * parameters * (2 + len(moment_names(config))), per_image


def _saved_bytes_per_image(network: torch.nn.Module) -> tuple[int, int]:
    """Return the bytes that autograd saves for each image: in total, and of the largest tensor."""
    saved: dict[int, tuple[int, Tensor]] = {}
    masks: list[int] = []

    def save(tensor: Tensor) -> Tensor:
        if tensor.dim() and len(tensor) == 0:  # others, such as weights, don't grow with the batch
            storage = tensor.untyped_storage()._cdata  # tensors that share a storage count once
            size = prod(tensor.shape[1:]) * tensor.element_size()
            saved[storage] = max(saved.get(storage, (0, tensor)), (size, tensor), key=lambda pair: pair[0])
        return tensor

    def count_mask(_layer: torch.nn.Module, _inputs: object, output: Tensor) -> None:
        masks.append(FLOAT_BYTES * prod(output.shape[1:]))  # of an empty batch, dropout saves none

    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.register_forward_hook(count_mask)
    with torch.autograd.graph.saved_tensors_hooks(save, lambda tensor: tensor):
        logits = network(torch.empty(0, *IMAGE_SHAPE))
        torch.nn.functional.cross_entropy(logits, torch.empty(0, dtype=torch.int64))
    sizes = [size for size, _tensor in saved.values()]
    return sum(sizes) + sum(masks), max(sizes)


def available_bytes(device: torch.device) -> int:
    """Return the bytes that a training may take on a device."""
    if device.type == "cuda":
        free, _total = torch.cuda.mem_get_info(device)
        return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    limits = [int(psutil.virtual_memory().available), *_address_space_left(), *_cgroup_left()]
    return max(0, min(limits))


def _address_space_left() -> list[int]:
    if sys.platform == "win32":
        return []
    import resource

    limit, _hard = resource.getrlimit(resource.RLIMIT_AS)
    return [] if limit == resource.RLIM_INFINITY else [limit - int(psutil.Process().memory_info().vms)]


def _cgroup_left(root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> list[int]:
    """Return the bytes left in each control group of this process that limits its memory (cgroup v2)."""
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
    except (OSError, ValueError):  # no limit, which is written as "max", or no such group
        return None
    return limit - used + int(figures.get("inactive_file", 0))  # the kernel drops cached files first


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
