"""A network's logits for many images."""

import pytest
import torch
from torch import Tensor, nn

from fmnist_tui.config import RunConfig
from fmnist_tui.training.compute_plan import ComputePlan, choose_plan
from fmnist_tui.training.inference import BATCH_IMAGES, all_logits

CONFIG = RunConfig.from_flat({"model": "mlp", "precision": "fp32", "device": "cpu", "tta_flip": False})
IMAGES = torch.randint(
    256, (2 * BATCH_IMAGES + 3, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
)


@pytest.fixture
def plan() -> ComputePlan:
    return choose_plan(CONFIG)


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return RunConfig.from_flat({"model": "mlp", "hidden_units": (16,), "dropout": 0.5}).model.build()


def logits_of(network: nn.Module, images: Tensor, plan: ComputePlan, *, tta_flip: bool = False) -> Tensor:
    logits = all_logits(network, images, plan, CONFIG.model_copy(update={"tta_flip": tta_flip}))
    assert logits is not None
    return logits


def test_tta_flip_averages_the_logits_of_both_views(network: nn.Module, plan: ComputePlan) -> None:
    plain, mirrored = (logits_of(network, images, plan) for images in (IMAGES, IMAGES.flip(-1)))
    assert not torch.allclose(plain, mirrored)
    averaged = logits_of(network, IMAGES, plan, tta_flip=True)
    torch.testing.assert_close(averaged, (plain + mirrored) / 2)


def test_the_networks_mode_is_restored(network: nn.Module, plan: ComputePlan) -> None:
    network.train()
    assert torch.equal(logits_of(network, IMAGES, plan), logits_of(network, IMAGES, plan)), "no dropout"
    assert network.training
    assert all_logits(network, IMAGES, plan, CONFIG, lambda _done: False) is None
    assert network.training


def test_progress_is_reported_after_each_batch(network: nn.Module, plan: ComputePlan) -> None:
    reported: list[int] = []
    all_logits(network, IMAGES, plan, CONFIG, lambda done: not reported.append(done))
    assert reported == [BATCH_IMAGES, 2 * BATCH_IMAGES, len(IMAGES)]
