"""Cross-entropy and its gradient with respect to the logits."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class SmoothedCrossEntropy:
    """The mean cross-entropy of a batch, as `functional.cross_entropy` computes it.

    Args:
        batch: Images in a batch.
        last: The layer that computes the logits.
        smoothing: Share of the target that is spread over all classes.
    """

    def __init__(self, batch: int, last: nn.Linear, smoothing: float) -> None:
        self._smoothing = smoothing
        self._batch, self._classes = batch, last.out_features
        self._gradient = last.weight.new_empty(batch, self._classes)
        self._minus_target = last.weight.new_full((batch, 1), smoothing - 1.0)

    def run(self, logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss (a scalar) and its gradient [b, classes], which the next call overwrites."""
        log_probabilities = torch.log_softmax(logits, 1)
        loss = functional.nll_loss(log_probabilities, labels)
        gradient = torch.exp(log_probabilities, out=self._gradient)
        if self._smoothing:
            loss = loss.mul_(1.0 - self._smoothing).sub_(log_probabilities.mean(), alpha=self._smoothing)
            gradient.sub_(self._smoothing / self._classes)
        gradient.scatter_add_(1, labels.unsqueeze(1), self._minus_target)
        return loss, gradient.div_(self._batch)
