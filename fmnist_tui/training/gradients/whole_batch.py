"""Layers in which the images of a batch depend on each other, when the batch is divided among processes.

Batch normalization takes its statistics from all processes' images, and dropout draws the mask of the whole batch and
uses its own part. So a step gives the same network for any number of processes, except for rounding.
"""

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from fmnist_tui.errors import UserError
from fmnist_tui.training.collective import Collective

DROPOUTS = {
    nn.Dropout: functional.dropout,
    nn.Dropout1d: functional.dropout1d,
    nn.Dropout2d: functional.dropout2d,
    nn.Dropout3d: functional.dropout3d,
}
"""Layers that multiply their inputs by a random mask, and the function that draws it."""

UNSUPPORTED = (nn.SyncBatchNorm, nn.AlphaDropout, nn.FeatureAlphaDropout, nn.RReLU)
"""Layers of torch that couple the images of a batch, or draw random numbers, in a way that can't be divided."""


class WholeBatch:
    """The batch of which this process computes a part.

    Attributes:
        size: Images in the whole batch.
    """

    def __init__(self, collective: Collective, size: int = 0) -> None:
        self.size = size
        self._collective = collective

    @property
    def is_divided(self) -> bool:
        """Whether other processes compute the rest of it."""
        return self._collective.divides(self.size)

    def add_up(self, sums: Tensor) -> None:
        """Replace sums over this process's images by those over the whole batch."""
        self._collective.add_up(sums)

    def dropout_mask(self, inputs: Tensor, draw: Callable[[Tensor], Tensor]) -> Tensor:
        """Return this process's part of the mask that `draw` makes of a tensor like the whole batch's inputs."""
        shape = (self.size, *inputs.shape[1:])
        whole = torch.empty(shape, dtype=inputs.dtype, device=inputs.device, memory_format=_memory_format(inputs))
        return draw(whole)[self._collective.part(self.size)]


class Normalization:
    """The statistics of a whole batch by which a batch normalization in training mode computes.

    Makes them of this process's inputs [part of batch, channels, …] and updates the layer's running statistics.
    """

    def __init__(self, inputs: Tensor, layer: nn.modules.batchnorm._BatchNorm, batch: WholeBatch) -> None:
        self._batch, self._epsilon = batch, layer.eps
        channels, own = inputs.shape[1], inputs.numel() // inputs.shape[1]
        sums = torch.zeros(2 * channels + 1, dtype=torch.float64, device=inputs.device)
        variance, mean = (each.double() for each in torch.var_mean(inputs.float(), _others(inputs), correction=0))
        torch.cat((mean * own, (variance + mean * mean) * own), out=sums[:-1])
        sums[-1] = own
        batch.add_up(sums)
        mean, squares = (sums[:-1] / sums[-1]).chunk(2)
        self._mean, self._variance = mean.float(), (squares - mean * mean).clamp_(min=0.0).float()
        self._count = sums[-1]
        self._update_running(layer)

    def outputs(self, inputs: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
        """Return the normalized inputs."""
        return functional.batch_norm(inputs, self._mean, self._variance, weight, bias, eps=self._epsilon)

    def gradients(self, gradient: Tensor, inputs: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return dL/dinputs, and this process's share of dL/dweight and dL/dbias, given dL/doutputs."""
        mean, variance = self._mean, self._variance
        inverse = (variance + self._epsilon).rsqrt()
        # With given statistics the kernel returns the gradients that don't pass through them. On the CPU it reads mean
        # and variance, on CUDA the mean and the inverse of the deviation.
        direct, by_weight, by_bias = torch.ops.aten.native_batch_norm_backward(
            gradient, inputs, weight, mean, variance, mean, inverse, False, self._epsilon, [True, True, True]
        )
        sums = torch.cat((by_weight, by_bias)).double()
        self._batch.add_up(sums)
        through_weight, through_bias = (sums / self._count).float().chunk(2)
        slope = weight * inverse * inverse * through_weight
        offset = weight * inverse * through_bias - slope * mean
        shape = [-1, *[1] * (inputs.dim() - 2)]
        indirect = torch.addcmul(offset.view(shape), inputs.float(), slope.view(shape))
        return (direct.float() - indirect).to(direct.dtype), by_weight, by_bias

    def _update_running(self, layer: nn.modules.batchnorm._BatchNorm) -> None:
        running_mean, running_variance = cast(Tensor, layer.running_mean), cast(Tensor, layer.running_var)
        seen = cast(Tensor, layer.num_batches_tracked).add_(1)
        share = float(1.0 / seen) if layer.momentum is None else layer.momentum
        running_mean.lerp_(self._mean, share)
        running_variance.lerp_(self._variance * (self._count / (self._count - 1).clamp(min=1)).float(), share)


class _Normalize(torch.autograd.Function):
    @staticmethod
    def forward(
        context: Any, inputs: Tensor, weight: Tensor | None, bias: Tensor | None, normalization: Normalization
    ) -> Tensor:
        context.save_for_backward(inputs, weight)
        context.normalization = normalization
        return normalization.outputs(inputs, weight, bias)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        inputs, weight = context.saved_tensors
        given = gradient.new_ones(inputs.shape[1], dtype=torch.float32) if weight is None else weight
        by_inputs, *by_parameters = context.normalization.gradients(gradient, inputs, given)
        return by_inputs, *((None, None) if weight is None else by_parameters), None


class _WholeBatchNorm(nn.modules.batchnorm._BatchNorm):
    """Replaces a batch normalization; the same parameters and buffers under the same names."""

    def __init__(self, layer: nn.modules.batchnorm._BatchNorm, batch: WholeBatch) -> None:
        nn.Module.__init__(self)
        self.__dict__.update(layer.__dict__)
        self._batch = batch

    def forward(self, inputs: Tensor) -> Tensor:
        if not self.training or not self._batch.is_divided:
            return super().forward(inputs)
        normalization = Normalization(inputs.detach(), self, self._batch)
        return cast(Tensor, _Normalize.apply(inputs, self.weight, self.bias, normalization))

    def _check_input_dim(self, _inputs: Tensor) -> None:
        """Accept the inputs of any batch normalization: the replaced layer's are of one kind."""


class _WholeBatchDropout(nn.Module):
    def __init__(self, layer: nn.modules.dropout._DropoutNd, batch: WholeBatch) -> None:
        super().__init__()
        self._draw, self._probability, self._batch = DROPOUTS[type(layer)], layer.p, batch
        self.training = layer.training

    def forward(self, inputs: Tensor) -> Tensor:
        if not self.training:
            return inputs
        return inputs * self._batch.dropout_mask(
            inputs.detach(), lambda whole: self._draw(whole.fill_(1.0), self._probability)
        )


def divide_layers(network: nn.Module, batch: WholeBatch) -> None:
    """Replace the layers of a network that couple the images of a batch, in place; the state's keys stay the same.

    Raises:
        UserError: It has a layer of which no process can compute a part.
    """
    for name, layer in network.named_modules():
        for child_name, child in list(layer.named_children()):
            if isinstance(child, nn.modules.batchnorm._BatchNorm) and _is_divisible(child):
                setattr(layer, child_name, _WholeBatchNorm(child, batch))
            elif type(child) in DROPOUTS:
                setattr(layer, child_name, _WholeBatchDropout(cast(Any, child), batch))
            elif isinstance(child, (nn.modules.batchnorm._BatchNorm, *UNSUPPORTED)):
                place = f"{name}.{child_name}".strip(".")
                raise UserError(
                    f"layer {place} ({type(child).__name__}) can't be computed by several processes, because "
                    "its result for an image depends on the rest of the batch",
                    "Train this model with one process",
                )


def _is_divisible(layer: nn.modules.batchnorm._BatchNorm) -> bool:
    """Return whether the layer has running statistics, so that validation does not depend on the batches either."""
    lazy = nn.modules.lazy.LazyModuleMixin
    return not isinstance(layer, nn.SyncBatchNorm | lazy) and layer.running_mean is not None


def _others(inputs: Tensor) -> list[int]:
    return [dimension for dimension in range(inputs.dim()) if dimension != 1]


def _memory_format(inputs: Tensor) -> torch.memory_format:
    is_channels_last = inputs.dim() == 4 and inputs.is_contiguous(memory_format=torch.channels_last)
    return torch.channels_last if is_channels_last and not inputs.is_contiguous() else torch.contiguous_format
