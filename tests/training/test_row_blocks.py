"""Products by blocks of rows are those with the whole weight matrix."""

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from fmnist_tui.config import RunConfig
from fmnist_tui.training.compute_plan import choose_plan
from fmnist_tui.training.gradients import row_blocks
from fmnist_tui.training.gradients.row_blocks import RowBlocks
from fmnist_tui.training.train_step import TrainStep

needs_mkl = pytest.mark.skipif(not torch.backends.mkl.is_available(), reason="this torch has no MKL")  # type: ignore[no-untyped-call]


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("threads", [2, 4])
@pytest.mark.parametrize("with_bias", [True, False])
def test_outputs_and_gradients_are_those_of_the_layer(threads: int, with_bias: bool) -> None:
    torch.manual_seed(0)
    layer, inputs = nn.Linear(40, 64, bias=with_bias), torch.randn(9, 40)
    blocks = RowBlocks(layer.weight.detach(), batch=9, threads=threads)
    outputs = layer(inputs)
    bias = layer.bias.detach() if with_bias else None
    torch.testing.assert_close(blocks.outputs(inputs, bias), outputs.detach())
    gradient = torch.randn(9, 64)
    outputs.backward(gradient)
    written = torch.empty(64, 40)
    blocks.write_weight_gradient(gradient, inputs, written)
    torch.testing.assert_close(written, layer.weight.grad)


def test_changed_weights_are_taken() -> None:
    weight, inputs = torch.zeros(32, 8), torch.ones(3, 8)
    blocks = RowBlocks(weight, batch=3, threads=2)
    assert blocks.outputs(inputs, None).sum() == 0
    weight.fill_(1.0)
    assert torch.equal(blocks.outputs(inputs, None), torch.full((3, 32), 8.0))


@needs_mkl
@pytest.mark.parametrize(
    ("weight", "threads", "fits"),
    [
        (torch.zeros(32, 8), 2, True),
        (torch.zeros(32, 8), 1, False),
        (torch.zeros(33, 8), 2, False),
        (torch.zeros(30, 8), 2, False),
        (torch.zeros(64, 8), 4, True),
        (torch.zeros(32, 8, dtype=torch.bfloat16), 2, False),
        (torch.zeros(32, 8, device="meta"), 2, False),
    ],
)
def test_rows_that_can_be_divided_among_several_threads_fit(weight: torch.Tensor, threads: int, fits: bool) -> None:
    assert RowBlocks.fit(weight, threads) == fits


@needs_mkl
@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("batch_norm", [True, False])
def test_a_network_trains_as_without_them(batch_norm: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(2)
    options = {"hidden_units": (64, 32), "batch_norm": batch_norm, "precision": "fp32", "device": "cpu", "threads": 2}
    config = RunConfig.from_flat({"model": "mlp", **options})
    made: list[int] = []

    class Counted(RowBlocks):
        def __init__(self, weight: torch.Tensor, batch: int, threads: int) -> None:
            made.append(len(weight))
            super().__init__(weight, batch, threads)

    monkeypatch.setattr("fmnist_tui.training.gradients.dense.RowBlocks", Counted)
    with_blocks = trained(config)
    assert set(made) == {64, 32}
    monkeypatch.setattr(row_blocks, "MIN_ROWS", 1000)
    made.clear()
    without = trained(config)
    assert not made
    torch.testing.assert_close(with_blocks, without)


def trained(config: RunConfig) -> dict[str, torch.Tensor]:
    step = TrainStep(config, choose_plan(config), total_steps=100)
    images = torch.randn(20, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    for number in range(5):
        step.step(images, torch.arange(20) % 10, number)
    return {name: tensor.clone() for name, tensor in step.network.state_dict().items()}
