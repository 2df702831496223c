"""The first convolution fused with its batch normalization.

Normalization needs the mean and variance of each channel. After a linear layer they follow from the mean m and the
covariance C of the inputs: a channel with weights w has the mean w·m and the variance wᵀC w. For patches of 3×3 gray
pixels C has 81 numbers, while the channels have millions, so no pass over the channels computes statistics or sends
gradients back through them: the normalization becomes a factor on the weights and a bias.
"""

from typing import cast

import torch
from torch import Tensor, nn

from fmnist_tui.training.gradients.convolutional import ManualBatchNorm, ManualConv2d
from fmnist_tui.training.gradients.manual_layer import InputLayer
from fmnist_tui.training.gradients.whole_batch import WholeBatch


class FusedConvBatchNorm(InputLayer):
    """A convolution of gray images and its batch normalization, in training mode.

    Args:
        convolution: One input channel, no bias, stride and dilation 1, padded with zeros; its weight has its `grad`.
        normalization: As for `ManualBatchNorm`.
        whole: The batch whose parts are computed.
        dtype: The precision of the outputs and of the products with all patches; the statistics are float32.
    """

    def __init__(
        self, convolution: nn.Conv2d, normalization: nn.BatchNorm2d, whole: WholeBatch, dtype: torch.dtype
    ) -> None:
        self._whole, self._dtype = whole, dtype
        self._channels, self._patch = convolution.out_channels, convolution.weight[0].numel()
        self._kernel = cast("tuple[int, int]", convolution.kernel_size)
        self._padding = cast("tuple[int, int]", convolution.padding)
        self._weight = convolution.weight.detach().view(self._channels, self._patch)
        self._weight_gradient = cast(Tensor, convolution.weight.grad).view(self._channels, self._patch)
        self._gain, self._bias = normalization.weight.detach(), normalization.bias.detach()
        self._gain_gradient = cast(Tensor, normalization.weight.grad)
        self._bias_gradient = cast(Tensor, normalization.bias.grad)
        self._running_mean = cast(Tensor, normalization.running_mean)
        self._running_variance = cast(Tensor, normalization.running_var)
        self._batches_seen = cast(Tensor, normalization.num_batches_tracked)
        self._momentum, self._epsilon = cast(float, normalization.momentum), normalization.eps
        self._positions = (0, 0)
        self._padded = self._patches = self._multiplied = self._weight.new_empty(0)
        self._affine = self._weight.new_empty(self._patch + 1, self._channels)
        self._patch_mean = self._spread = self._mean = self._inverse = self._factor = self._gain

    @staticmethod
    def supports(convolution: nn.Conv2d, normalization: nn.BatchNorm2d) -> bool:
        return (
            ManualConv2d.supports(convolution)
            and ManualBatchNorm.supports(normalization)
            and convolution.in_channels == 1
            and convolution.stride == convolution.dilation == (1, 1)
        )

    def forward(self, inputs: Tensor) -> Tensor:
        patches = self._patches_of(inputs)
        count = self._whole.size * patches.shape[2]
        moments = torch.bmm(patches, patches.transpose(1, 2)).sum(0)
        if self._whole.is_divided:
            self._whole.add_up(moments)
        moments.div_(count)
        self._patch_mean = moments[:-1, -1]
        covariance = moments[:-1, :-1].addr(self._patch_mean, self._patch_mean, alpha=-1.0)
        self._spread = torch.mm(self._weight, covariance)
        self._mean = torch.mv(self._weight, self._patch_mean)
        variance = (self._spread * self._weight).sum(1).clamp_(min=0.0)
        self._batches_seen.add_(1)
        self._running_mean.lerp_(self._mean, self._momentum)
        self._running_variance.lerp_(variance * (count / max(1, count - 1)), self._momentum)
        self._inverse = variance.add_(self._epsilon).rsqrt_()
        self._factor = self._gain * self._inverse
        torch.mul(self._weight.t(), self._factor, out=self._affine[:-1])
        torch.addcmul(self._bias, self._mean, self._factor, value=-1.0, out=self._affine[-1])
        self._multiplied = patches.to(self._dtype)
        outputs = torch.matmul(self._multiplied.transpose(1, 2), self._affine.to(self._dtype))
        return outputs.view(len(inputs), *self._positions, self._channels).permute(0, 3, 1, 2)  # channels last

    def finish(self, gradient: Tensor) -> None:
        rows = gradient.permute(0, 2, 3, 1).reshape(len(gradient), -1, self._channels)
        by_affine = torch.bmm(self._multiplied, rows).sum(0, dtype=torch.float32)
        by_folded, by_shift = by_affine[:-1].t(), by_affine[-1]
        # folded = weight · factor, shift = bias - mean · factor, factor = gain · inverse, inverse = variance^(-1/2)
        by_factor = torch.addcmul((by_folded * self._weight).sum(1), self._mean, by_shift, value=-1.0)
        by_mean = -self._factor * by_shift
        by_variance = by_factor * self._gain * self._inverse.pow(3) * -0.5
        self._bias_gradient.copy_(by_shift)
        torch.mul(by_factor, self._inverse, out=self._gain_gradient)
        torch.mul(by_folded, self._factor.unsqueeze(1), out=self._weight_gradient)
        self._weight_gradient.addr_(by_mean, self._patch_mean)
        self._weight_gradient.addcmul_(self._spread, by_variance.unsqueeze(1), value=2.0)

    def _patches_of(self, images: Tensor) -> Tensor:
        """Return all patches, float [b, pixels of a patch + 1, positions]; the next call overwrites them.

        The last pixel of each is 1: its weight is the bias, and its products with the others are their sums.
        """
        (height, width), (down, across) = images.shape[2:], self._padding
        if len(self._padded) != len(images):
            tall, wide = height + 2 * down, width + 2 * across
            self._positions = (tall - self._kernel[0] + 1, wide - self._kernel[1] + 1)
            self._padded = images.new_zeros(len(images), tall, wide)
            self._patches = images.new_ones(len(images), self._patch + 1, self._positions[0] * self._positions[1])
        self._padded[:, down : down + height, across : across + width] = images[:, 0]
        image, row, column = self._padded.stride()
        shape = (len(images), *self._kernel, *self._positions)
        self._patches[:, :-1].view(shape).copy_(self._padded.as_strided(shape, (image, row, column, row, column)))
        return self._patches
