"""A training's state beside the weights, as named tensors: the optimizer's moments and the generators' states."""

from collections.abc import Mapping

import torch
from torch import Tensor

from fmnist_tui.training.flat_parameters import FlatParameters
from fmnist_tui.training.optimizers.optimizer import Optimizer

GENERATOR = "generator."
OPTIMIZER = "optimizer."
STEPS = f"{OPTIMIZER}steps"
STEPS_OF_OLD = "#step"
"""Checkpoints of version 0.1.0 have one step count per parameter, and none for sgd."""


def trainer_tensors(flat: FlatParameters, optimizer: Optimizer) -> dict[str, Tensor]:
    """Return everything but the weights that the next step depends on, on the CPU.

    Keys are "generator.<device>", "optimizer.steps", and "optimizer.<parameter>#<quantity>" such as
    "optimizer.1.weight#exp_avg".
    """
    tensors = generator_tensors(flat.values.device)
    tensors[STEPS] = optimizer.steps.cpu().clone()
    for quantity, moment in optimizer.moments.items():
        for name, part in flat.parts(moment):
            tensors[f"{OPTIMIZER}{name}#{quantity}"] = part.cpu().clone(memory_format=torch.contiguous_format)
    return tensors


def generator_tensors(device: torch.device) -> dict[str, Tensor]:
    """Return the states of the global generators of the CPU and of the device."""
    tensors = {f"{GENERATOR}cpu": torch.get_rng_state()}
    if device.type != "cpu":
        tensors[f"{GENERATOR}{device.type}"] = getattr(torch, device.type).get_rng_state()
    return tensors


def restore_generators(device: torch.device, tensors: Mapping[str, Tensor]) -> None:
    """Restore the result of `generator_tensors`, or of `trainer_tensors`."""
    if device.type != "cpu":
        getattr(torch, device.type).set_rng_state(tensors[f"{GENERATOR}{device.type}"])
    torch.set_rng_state(tensors[f"{GENERATOR}cpu"])


def restore_trainer(flat: FlatParameters, optimizer: Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Restore the result of `trainer_tensors` of an optimizer of the same kind and parameters of the same shapes.

    Nothing may draw from torch's global generators between this and the next step.

    Raises:
        KeyError: A tensor is missing.
        RuntimeError: A tensor has another shape.
        TypeError: A tensor has another dtype.
    """
    optimizer.steps.copy_(_steps(tensors))
    for quantity, moment in optimizer.moments.items():
        for name, part in flat.parts(moment):
            saved = tensors[f"{OPTIMIZER}{name}#{quantity}"]
            if saved.shape != part.shape:
                raise RuntimeError(f"an optimizer's tensor has shape {tuple(saved.shape)}, not {tuple(part.shape)}")
            if saved.dtype != part.dtype:
                raise TypeError(f"an optimizer's tensor is {saved.dtype}, not {part.dtype}")
            part.copy_(saved)
    restore_generators(flat.values.device, tensors)


def _steps(tensors: Mapping[str, Tensor]) -> Tensor:
    if STEPS in tensors:
        return tensors[STEPS]
    return next((tensor for key, tensor in tensors.items() if key.endswith(STEPS_OF_OLD)), torch.zeros(()))
