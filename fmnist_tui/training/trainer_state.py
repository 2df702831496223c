"""What a learner has beside its weights, as named tensors: the optimiser's moments and the generators' states."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn, optim

GENERATOR = "generator."
OPTIMIZER = "optimizer."


def trainer_tensors(network: nn.Module, optimizer: optim.Optimizer) -> dict[str, Tensor]:
    """Everything that the next step depends on and that is no weight, on the CPU.

    Keys are "generator.<device>", and "optimizer.<parameter>#<quantity>" such as "optimizer.1.weight#exp_avg".
    """
    tensors = {f"{GENERATOR}cpu": torch.get_rng_state()}
    device = next(network.parameters()).device
    if device.type == "cuda":
        tensors[f"{GENERATOR}cuda"] = torch.cuda.get_rng_state(device)
    if device.type == "mps":
        tensors[f"{GENERATOR}mps"] = torch.mps.get_rng_state()
    for name, parameter in network.named_parameters():
        for quantity, value in optimizer.state[parameter].items():
            if value is not None:  # sgd without momentum has nothing to remember
                tensors[f"{OPTIMIZER}{name}#{quantity}"] = value.cpu().contiguous()
    return tensors


def restore_trainer(network: nn.Module, optimizer: optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Puts back what `trainer_tensors` took, into a network and an optimiser of the same kinds.

    Nothing may draw from torch's global generators between this and the next step.

    Raises:
        KeyError: A tensor belongs to no parameter of the network, or the generator's state is missing.
        RuntimeError: A tensor has not the shape that it should.
    """
    parameters = dict(network.named_parameters())
    for key, tensor in tensors.items():
        if key.startswith(OPTIMIZER):
            name, _, quantity = key.removeprefix(OPTIMIZER).rpartition("#")
            optimizer.state[parameters[name]][quantity] = _as_beside(tensor, parameters[name])
    device = next(network.parameters()).device
    if device.type == "cuda":
        torch.cuda.set_rng_state(tensors[f"{GENERATOR}cuda"], device)
    if device.type == "mps":
        torch.mps.set_rng_state(tensors[f"{GENERATOR}mps"])
    torch.set_rng_state(tensors[f"{GENERATOR}cpu"])


def _as_beside(tensor: Tensor, parameter: Tensor) -> Tensor:
    """`tensor` on the parameter's device, and in its memory layout: fused optimisers walk both side by side."""
    if tensor.dim() == 0:
        return tensor.to(parameter.device)  # a count of steps
    if tensor.shape != parameter.shape:
        raise RuntimeError(f"an optimiser's tensor has shape {tuple(tensor.shape)}, not {tuple(parameter.shape)}")
    return torch.empty_like(parameter, dtype=tensor.dtype, requires_grad=False).copy_(tensor)
