"""Optimizations must not change the results: each model's curve is that of a plain float32 loop, written out here."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.events import EpochEnded, Event
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.seeds import generator_for, seed_for
from fmnist_tui.training.control import Control
from fmnist_tui.training.loop import TrainingLoop
from fmnist_tui.training.schedules import learning_rate_at

OPTIONS: dict[str, dict[str, object]] = {
    "logistic": {},
    "mlp": {"hidden_units": (64, 32), "dropout": 0.2},
    "cnn": {"head_width": 32, "dropout": 0.2},
    "resnet": {"width": 8, "blocks": 1},
}
TORCH_OPTIMIZERS = {"adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}
LEARNING_RATES = {"adamw": 3e-3, "sgd": 0.03}


def config_of(model: str, optimizer: str) -> RunConfig:
    return RunConfig.from_flat(
        {
            "model": model,
            "epochs": 3,
            "batch_size": 64,  # 600 images: the last batch is a smaller one
            "optimizer": optimizer,
            "learning_rate": LEARNING_RATES[optimizer] * (5 if model == "resnet" else 1),
            "schedule": "one-cycle",
            "weight_decay": 1e-3,
            "label_smoothing": 0.05,
            "max_grad_norm": 2.0,
            "device": "cpu",
            "precision": "fp32",
            **OPTIONS[model],
        }
    )


def our_losses(config: RunConfig, dataset: Dataset, folder: Path) -> list[float]:
    events: list[Event] = []
    TrainingLoop("a-run", config, dataset=dataset, checkpoints=folder, control=Control(), emit=events.append).run()
    return [loss for e in events if isinstance(e, EpochEnded) for loss in (e.train_loss, e.validation_loss)]


def textbook_losses(config: RunConfig, dataset: Dataset) -> list[float]:
    """Train as a plain script does: torch's layers, torch's optimizer, one batch after another."""
    torch.manual_seed(seed_for(config.seed, "weights"))
    network = config.model.build()
    torch.manual_seed(seed_for(config.seed, "dropout"))
    momentum = {"momentum": config.momentum} if config.optimizer == "sgd" else {}
    optimizer = TORCH_OPTIMIZERS[config.optimizer](
        network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, **momentum
    )
    losses, step = [], 0
    steps = config.epochs * -(-len(dataset.train) // config.batch_size)
    for epoch in range(1, config.epochs + 1):
        total = 0.0
        for indices in torch.randperm(len(dataset.train), generator=generator_for(config.seed, "order", epoch)).split(
            config.batch_size
        ):
            images, labels = pixels(dataset.train.images[indices]), dataset.train.labels[indices]
            optimizer.param_groups[0]["lr"] = learning_rate_at(config, step, steps)
            optimizer.zero_grad()
            logits = network(images)
            plain = functional.cross_entropy(logits.detach(), labels)  # the loss that is reported
            loss = functional.cross_entropy(logits, labels, label_smoothing=config.label_smoothing)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), config.max_grad_norm)
            optimizer.step()
            total += plain.item() * len(labels)
            step += 1
        network.eval()
        with torch.no_grad():
            validation = functional.cross_entropy(network(pixels(dataset.validation.images)), dataset.validation.labels)
        network.train()
        losses += [total / len(dataset.train), validation.item()]
    return losses


def pixels(images: torch.Tensor) -> torch.Tensor:
    return ((images.float() / 255 - FASHION_MNIST.mean) / FASHION_MNIST.std).unsqueeze(1)


@pytest.mark.parametrize("optimizer", TORCH_OPTIMIZERS)
@pytest.mark.parametrize("model", ARCHITECTURES)
def test_the_curve_is_that_of_the_plain_loop(
    model: str, optimizer: str, small_dataset: Dataset, tmp_path: Path
) -> None:
    config = config_of(model, optimizer)
    expected = textbook_losses(config, small_dataset)
    # Rounding differs, and 30 steps make more of it; an error in a formula differs by percents.
    assert our_losses(config, small_dataset, tmp_path) == pytest.approx(expected, rel=1e-2)
    assert expected[-2] < 0.9 * expected[0], "the run is too short to show anything"
