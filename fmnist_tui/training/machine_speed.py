"""Measures in seconds what this machine trains with each model, and how long each preset will take."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from fmnist_tui.config import RunConfig, presets_of
from fmnist_tui.datasets import CLASSES, IMAGE_SHAPE, TRAIN_IMAGES
from fmnist_tui.hyperparameters import Precision
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.models.summary import summarize
from fmnist_tui.training.allocator import give_back_freed_memory, keep_freed_memory
from fmnist_tui.training.compute_plan import ComputePlan, automatic_threads, plans
from fmnist_tui.training.determinism import request_determinism
from fmnist_tui.training.memory_check import needed_bytes
from fmnist_tui.training.train_step import TrainStep

LAYER_IMAGES = 128
LAYER_SECONDS = 0.2
"""For each layer in each precision."""

NETWORK_SECONDS = 0.7
"""For each network, at most about three times as long if one step takes longer."""

LARGE_FLOPS = 5e7
"""Operations for one image; a network with more of them is measured with small batches."""

TRAINING_FLOPS = 3
"""The operations of a training step ÷ those of its forward pass: the gradients take twice as many."""

EVEN_CHANNELS = "convolution 3×3, 16 → 32 channels"
UNEVEN_CHANNELS = "convolution 3×3, 17 → 33 channels"
"""SIMD registers hold 8 or 16 float32 numbers; these channels are not multiples of that."""

LAYERS: Sequence[tuple[str, Callable[[], nn.Module], tuple[int, ...], int]] = (
    (EVEN_CHANNELS, lambda: nn.Conv2d(16, 32, 3, padding=1, bias=False), (16, 14, 14), 1_806_336),
    (UNEVEN_CHANNELS, lambda: nn.Conv2d(17, 33, 3, padding=1, bias=False), (17, 14, 14), 1_979_208),
    (
        "convolution 3×3, 64 → 64 channels",
        lambda: nn.Conv2d(64, 64, 3, padding=1, bias=False),
        (64, 14, 14),
        14_450_688,
    ),
    ("fully connected, 784 → 256", lambda: nn.Linear(784, 256), (784,), 401_408),
    ("fully connected, 1024 → 1024", lambda: nn.Linear(1024, 1024), (1024,), 2_097_152),
)
"""Name, layer, shape of its input for one image, and operations of its forward pass on that."""


@dataclass(frozen=True, slots=True)
class LayerSpeed:
    """How fast one kind of layer computes outputs and gradients.

    Attributes:
        layer: What it is.
        gflops: Billions of operations a second, by precision.
    """

    layer: str
    gflops: dict[Precision, float]


@dataclass(frozen=True, slots=True)
class PresetSpeed:
    """How fast a preset trains.

    Attributes:
        plan: What was computed with.
        images_per_second: Training images, without validation.
        seconds: The expected time of the training, its validations included.
        memory_bytes: About what the training takes beside the images.
    """

    model: str
    preset: str
    plan: ComputePlan
    images_per_second: float
    seconds: float
    memory_bytes: int


def measure_layers() -> list[LayerSpeed]:
    """Return the speeds of typical layers in the precisions that convolutional networks can be trained in here."""
    allowed = _plans(RunConfig.from_preset("fast", "cnn"))
    return [
        LayerSpeed(name, {plan.precision: _gflops(make(), shape, flops, plan) for plan in allowed})
        for name, make, shape, flops in LAYERS
    ]


def measure_presets() -> Iterator[PresetSpeed]:
    """Yield the speed of each preset but `classic`, as soon as it is known."""
    known: dict[str, tuple[float, float]] = {}
    for model in ARCHITECTURES:
        for preset in presets_of(model):
            if preset == "classic":
                continue
            config = RunConfig.from_preset(preset, model)
            plan = _plans(config)[0]
            network = f"{config.model!r} {config.optimizer} {config.batch_size if plan.device.type != 'cpu' else ''}"
            if network not in known:
                known[network] = _cost(config, plan)
            yield _preset_speed(model, preset, config, plan, known[network])


def _plans(config: RunConfig) -> list[ComputePlan]:
    """Return one plan for each precision, with the threads that a run would take."""
    by_precision: dict[Precision, ComputePlan] = {}
    for plan in plans(config, automatic_threads(config)):
        by_precision.setdefault(plan.precision, plan)
    return list(by_precision.values())


def _gflops(layer: nn.Module, shape: tuple[int, ...], flops: int, plan: ComputePlan) -> float:
    request_determinism(plan.device)  # as a run does: other kernels have other speeds
    layer = layer.to(plan.device).to(memory_format=plan.memory_format)
    inputs = torch.randn(LAYER_IMAGES, *shape, device=plan.device)
    if inputs.dim() == 4:
        inputs = inputs.contiguous(memory_format=plan.memory_format)
    inputs.requires_grad_()

    def step() -> None:
        with plan.autocast():
            outputs = layer(inputs)
        outputs.backward(torch.ones_like(outputs))

    with plan.threads_set():
        return TRAINING_FLOPS * flops * LAYER_IMAGES / _seconds(step, plan.device, LAYER_SECONDS) / 1e9


def _cost(config: RunConfig, plan: ComputePlan) -> tuple[float, float]:
    """Return the seconds that a step takes for any batch, and those that each of its images takes besides.

    On a CPU, two small batches are measured: a whole one of a large network takes longer than this may take.
    """
    request_determinism(plan.device)
    small = 16 if summarize(config.model).flops > LARGE_FLOPS else 64
    keep_freed_memory()
    try:
        with plan.threads_set():
            train_step = TrainStep(config, plan, total_steps=1_000_000)
            if plan.device.type != "cpu":
                return 0.0, _step_seconds(train_step, plan, config.batch_size) / config.batch_size
            one, two = (_step_seconds(train_step, plan, images) for images in (small, 2 * small))
    finally:
        give_back_freed_memory()
    for_an_image = max((two - one) / small, two / (4 * small))
    return max(0.0, one - for_an_image * small), for_an_image


def _step_seconds(train_step: TrainStep, plan: ComputePlan, count: int) -> float:
    images = torch.randn(count, *IMAGE_SHAPE, device=plan.device)
    labels = torch.randint(CLASSES, (count,), device=plan.device)
    return _seconds(lambda: train_step.step(images, labels, 0), plan.device, NETWORK_SECONDS / 2)


def _seconds(action: Callable[[], object], device: torch.device, seconds: float) -> float:
    """Return the shortest time that an action took within some seconds, after a first one."""
    times: list[float] = []
    began = time.perf_counter()
    action()
    while not times or time.perf_counter() - began < seconds:
        _wait(device)
        started = time.perf_counter()
        action()
        _wait(device)
        times.append(time.perf_counter() - started)
    return min(times)


def _wait(device: torch.device) -> None:
    if device.type != "cpu":
        getattr(torch, device.type).synchronize()


def _preset_speed(
    model: str, preset: str, config: RunConfig, plan: ComputePlan, cost: tuple[float, float]
) -> PresetSpeed:
    for_a_step, for_an_image = cost
    images = TRAIN_IMAGES - config.validation_size
    training = config.steps_per_epoch(images) * for_a_step + images * for_an_image
    passes = 2 if config.tta_flip else 1
    validation = passes * config.validation_size * for_an_image / TRAINING_FLOPS
    seconds = config.epochs * (training + validation)
    return PresetSpeed(model, preset, plan, images / training, seconds, needed_bytes(config, plan))
