"""The first convolution of networks that are initialized to whiten patches."""

from typing import cast

import pytest
import torch
from sessions import small_data
from torch import Tensor, nn
from torch.nn import functional

from fmnist_tui.config import RunConfig
from fmnist_tui.data.batches import normalized
from fmnist_tui.training.compute_plan import choose_plan
from fmnist_tui.training.trainer import Trainer
from fmnist_tui.training.whitening import whiten_first_convolution

PIXELS = 9


def first_convolution(network: nn.Module) -> nn.Conv2d:
    return next(layer for layer in network.modules() if isinstance(layer, nn.Conv2d))


def trainer(**options: object) -> Trainer:
    config = RunConfig.from_flat({"precision": "fp32", "threads": 1, "dataset": "demo", **options})
    return Trainer(config, small_data(), choose_plan(config))


def test_the_filters_outputs_are_uncorrelated_and_vary_equally() -> None:
    images = small_data().train.images[:200]
    spec = RunConfig.from_flat({"dataset": "demo"}).dataset_spec
    network = nn.Sequential(nn.Conv2d(1, PIXELS, 3, bias=False))
    whiten_first_convolution(network, images, spec)
    outputs = functional.conv2d(normalized(images, spec), network[0].weight.detach())
    covariance = torch.cov(outputs.transpose(0, 1).flatten(1))
    variances = covariance.diagonal()
    # 0.01 is added to each direction's variance, so that those with less variance are not amplified as much.
    assert variances.max() / variances[: PIXELS // 2].min() < 1.5
    correlations = covariance / (variances.outer(variances)).sqrt()
    torch.testing.assert_close(correlations, torch.eye(PIXELS), atol=1e-3, rtol=0.0)


@pytest.mark.parametrize("model", ["cnn", "resnet"])
def test_filters_are_followed_by_their_negatives_and_random_ones(model: str) -> None:
    options = {"channels": (24,)} if model == "cnn" else {"width": 24}
    random = first_convolution(trainer(model=model, **options).train_step.network).weight
    whitening = first_convolution(trainer(model=model, whitening_init=True, **options).train_step.network).weight
    assert torch.equal(whitening[:PIXELS], -whitening[PIXELS : 2 * PIXELS])
    assert torch.equal(whitening[2 * PIXELS :], random[2 * PIXELS :])
    replaced = slice(0, 2 * PIXELS)
    torch.testing.assert_close(whitening[replaced].std(), random.std())


def test_all_other_weights_are_the_random_ones() -> None:
    random, whitening = (
        trainer(model="cnn", whitening_init=on).train_step.network.state_dict() for on in (False, True)
    )
    different = [name for name, weight in random.items() if not torch.equal(whitening[name], weight)]
    assert different == ["0.weight"]


def test_the_filters_do_not_depend_on_the_number_of_threads() -> None:
    def filters(threads: int) -> Tensor:
        torch.set_num_threads(threads)
        network = nn.Sequential(nn.Conv2d(1, 16, 3))
        nn.init.ones_(network[0].weight[0])
        network[0].weight.data.copy_(torch.linspace(-1, 1, 16 * PIXELS).view_as(network[0].weight))
        whiten_first_convolution(network, data.train.images, data.spec)
        return cast(Tensor, network[0].weight.detach())

    data = small_data()
    try:
        assert torch.equal(filters(1), filters(4))
    finally:
        torch.set_num_threads(1)
