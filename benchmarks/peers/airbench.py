"""airbench94 at half its width on gray images, a port of K. Jordan's recipe for CIFAR-10.

From "94% on CIFAR-10 in 3.29 seconds on a single GPU" (2024): whitening, identity initialization, alternating flip,
label smoothing, one schedule for SGD and lookahead, and test images in six views.
"""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.peers.task import Outcome, Task, run_task
from benchmarks.peers.torch_networks import tensors
from fmnist_tui.training.compute_plan import cpu_has_bf16

WIDTHS = (32, 128, 128)
"""Half of the recipe's."""

RATE, BIAS_RATE, DECAY, MOMENTUM = 11.5, 64.0, 0.0153, 0.85
"""Per 1,024 images; that of biases is a factor."""

WHITENING_SAMPLE, WHITENING_EPSILON, WHITENING_BIAS_EPOCHS = 5_000, 5e-4, 3
LABEL_SMOOTHING = 0.2
TRANSLATE = 2
OUTPUT_SCALE = 1 / 9
LOOKAHEAD_STEPS = 5
CHECKED_AT_ONCE = 500
"""Images."""


class Group(nn.Sequential):
    """Convolution, pooling, normalization, activation; convolution, normalization, activation."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            _convolution(inputs, outputs),
            nn.MaxPool2d(2),
            _normalization(outputs),
            nn.GELU(),
            _convolution(outputs, outputs),
            _normalization(outputs),
            nn.GELU(),
        )


class Scale(nn.Module):
    """Multiply the logits, which the recipe's rates are tuned for."""

    def forward(self, logits: Tensor) -> Tensor:
        return logits * OUTPUT_SCALE


def build(images: Tensor) -> nn.Sequential:
    """Return a new network whose first layer whitens the patches of images [n, 1, 28, 28]."""
    filters = _whitening_filters(images[:WHITENING_SAMPLE])
    whitening = nn.Conv2d(1, len(filters), kernel_size=2)
    whitening.weight.data.copy_(filters)
    whitening.weight.requires_grad = False
    nn.init.zeros_(whitening.bias)
    groups = [Group(inputs, outputs) for inputs, outputs in zip((len(filters), *WIDTHS), WIDTHS, strict=False)]
    head = nn.Linear(WIDTHS[-1], 10, bias=False)
    return nn.Sequential(whitening, nn.GELU(), *groups, nn.MaxPool2d(3), nn.Flatten(), head, Scale())


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    layer = nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False)
    nn.init.dirac_(layer.weight.data[:inputs])
    return layer


def _normalization(channels: int) -> nn.BatchNorm2d:
    layer = nn.BatchNorm2d(channels, eps=1e-12, momentum=0.4)
    layer.weight.requires_grad = False
    return layer


def _whitening_filters(images: Tensor) -> Tensor:
    patches = images[:, 0].unfold(1, 2, 1).unfold(2, 2, 1).reshape(-1, 4)
    variances, directions = torch.linalg.eigh(torch.cov(patches.t()))
    filters = (directions.t() / (variances + WHITENING_EPSILON).sqrt()[:, None]).view(-1, 1, 2, 2)
    return torch.cat((filters, -filters))


class Lookahead:
    """Slow weights that follow the fast ones every few steps, more slowly towards the end; buffers too."""

    def __init__(self, network: nn.Module, total_steps: int) -> None:
        self._fast = [tensor for tensor in network.state_dict().values() if tensor.is_floating_point()]
        self._slow = [tensor.clone() for tensor in self._fast]
        self._total = total_steps

    def follow(self, step: int) -> None:
        if step % LOOKAHEAD_STEPS and step < self._total:
            return
        decay = 1.0 if step >= self._total else 0.95**LOOKAHEAD_STEPS * (step / self._total) ** 3
        for fast, slow in zip(self._fast, self._slow, strict=True):
            if step < self._total:
                slow.lerp_(fast, 1.0 - decay)
            fast.copy_(slow)


def train(task: Task) -> Outcome:
    """Train for the task's epochs; the rest of its hyperparameters are the recipe's."""
    torch.set_num_threads(task.threads)
    images, labels = tensors(task)
    network = build(images).to(memory_format=torch.channels_last)
    total = task.epochs * (len(labels) // task.batch_size)
    scale = 1024 * (1 + 1 / (1 - MOMENTUM))
    rate, decay = RATE / scale, DECAY * task.batch_size / scale
    biases = [parameter for name, parameter in network.named_parameters() if name.endswith("bias")]
    weights = [parameter for parameter in network.parameters() if parameter.dim() > 1 and parameter.requires_grad]
    optimizer = torch.optim.SGD(
        [
            {"params": biases, "lr": rate * BIAS_RATE, "weight_decay": decay / (rate * BIAS_RATE)},
            {"params": weights, "lr": rate, "weight_decay": decay / rate},
        ],
        momentum=MOMENTUM,
        nesterov=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: float(np.interp(step / total, (0.0, 0.23, 1.0), (0.2, 1.0, 0.07)))
    )
    lookahead = Lookahead(network, total)

    def accuracy() -> float:
        return task.images.accuracy(lambda shown: _classes(network, shown))

    clock = task.clock(accuracy)
    clock.start()
    step = 0
    for epoch in range(task.epochs):
        network[0].bias.requires_grad = epoch < WHITENING_BIAS_EPOCHS
        for shown, classes in _batches(images, labels, task.batch_size, epoch):
            with _autocast():
                logits = network(shown)
            loss = functional.cross_entropy(logits.float(), classes, label_smoothing=LABEL_SMOOTHING, reduction="sum")
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            step += 1
            lookahead.follow(step)
        clock.epoch_ended()
    return Outcome(clock.seconds, total // task.epochs * task.batch_size, accuracy, epoch_accuracies=clock.accuracies)


def _autocast() -> torch.autocast:
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=cpu_has_bf16())


def _batches(images: Tensor, labels: Tensor, size: int, epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield whole batches, shifted at random; every other epoch shows each image mirrored."""
    padded = functional.pad(images, (TRANSLATE,) * 4, mode="reflect")
    side, choices = images.shape[-1], 2 * TRANSLATE + 1
    is_mirrored = torch.rand(len(images), generator=torch.Generator().manual_seed(1)) < 0.5
    for indices in torch.randperm(len(images)).split(size):
        if len(indices) < size:
            return
        batch = torch.empty(size, 1, side, side)
        shifts = torch.randint(choices, (size, 2))
        for down in range(choices):
            for right in range(choices):
                chosen = (shifts == torch.tensor((down, right))).all(1)
                batch[chosen] = padded[indices[chosen], :, down : down + side, right : right + side]
        mirrored = is_mirrored[indices] ^ bool(epoch % 2)
        yield torch.where(mirrored[:, None, None, None], batch.flip(-1), batch), labels[indices]


def _classes(network: nn.Module, images: NDArray[np.float32]) -> NDArray[np.integer]:
    """Return the classes of normalized images [n, 28, 28], each seen in six views: shifted by a pixel and mirrored."""
    network.eval()
    found = []
    with torch.inference_mode(), _autocast():
        for batch in torch.from_numpy(images).unsqueeze(1).split(CHECKED_AT_ONCE):
            padded = functional.pad(batch, (1, 1, 1, 1), mode="reflect")
            shifted = [padded[..., place : place + 28, place : place + 28] for place in (0, 2)]
            center, *others = [_both_ways(network, view) for view in (batch, *shifted)]
            found.append((0.5 * center + 0.25 * sum(others, torch.zeros(()))).argmax(1))
    network.train()
    return torch.cat(found).numpy()  # type: ignore[no-any-return]


def _both_ways(network: nn.Module, images: Tensor) -> Tensor:
    logits: Tensor = network(images).float() + network(images.flip(-1)).float()
    return logits


if __name__ == "__main__":
    run_task(train)
