"""Steps that replay a CUDA graph give the bits of steps without one."""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor

from fmnist_tui.checkpoints.progress import TrainingProgress
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.training.compute_plan import choose_plan
from fmnist_tui.training.determinism import prepare_process
from fmnist_tui.training.step_graph import WARM_UP_STEPS, StepGraph
from fmnist_tui.training.trainer import Trainer

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")

BATCH = 50


def config_of(model: str, **changes: Any) -> RunConfig:
    small = {"device": "cuda", "epochs": 1, "batch_size": BATCH, "validation_size": 200}
    return RunConfig.from_flat({**RunConfig.from_preset("fast", model).to_flat(), **small, **changes})


def state_after_an_epoch(config: RunConfig, dataset: Dataset, *, with_graph: bool = True) -> dict[str, Tensor]:
    plan = choose_plan(config)
    prepare_process(config, plan)
    trainer = Trainer(config, dataset, plan)
    step = trainer.train_step
    if not with_graph:
        step.compute_without_graph()
    for _ in trainer.train_epoch():
        pass
    assert with_graph == (step._graph is not None and step._graph.is_captured)
    return {**copy.deepcopy(step.network.state_dict()), **step.trainer_tensors()}


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        ("logistic", {}),
        ("mlp", {"dropout": 0.2}),
        ("mlp", {"optimizer": "rmsprop", "learning_rate": 1e-3}),
        ("cnn", {"precision": "fp32"}),
        ("cnn", {"precision": "bf16", "max_grad_norm": 1.0}),
        ("cnn", {"precision": "bf16", "optimizer": "muon"}),
        ("resnet", {"precision": "fp32", "label_smoothing": 0.1}),
        ("resnet", {"precision": "bf16"}),
    ],
)
def test_a_graph_gives_the_same_bits(model: str, changes: dict[str, Any], small_dataset: Dataset) -> None:
    config = config_of(model, **changes)
    with_graph = state_after_an_epoch(config, small_dataset)
    without = state_after_an_epoch(config, small_dataset, with_graph=False)
    assert list(with_graph) == list(without)
    for name, tensor in with_graph.items():
        assert torch.equal(tensor, without[name]), name


def test_a_run_that_is_resumed_in_the_middle_of_an_epoch_gives_the_same_bits(small_dataset: Dataset) -> None:
    config = config_of("cnn", precision="bf16", dropout=0.5)
    whole = state_after_an_epoch(config, small_dataset)
    plan = choose_plan(config)
    prepare_process(config, plan)
    first = Trainer(config, small_dataset, plan)
    for _ in first.train_epoch():
        if first.step == WARM_UP_STEPS + 3:
            break
    saved = copy.deepcopy(first.train_step.network.state_dict()), first.train_step.trainer_tensors()
    second = Trainer(config, small_dataset, plan)
    second.restore(TrainingProgress(epoch=1, step=first.step), *saved)
    for _ in second.train_epoch():
        pass
    resumed = {**second.train_step.network.state_dict(), **second.train_step.trainer_tensors()}
    for name, tensor in whole.items():
        assert torch.equal(tensor, resumed[name]), name


def test_batches_of_other_sizes_and_results_of_earlier_steps_are_kept() -> None:
    total = torch.zeros((), device="cuda")

    def compute(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        total.add_(images.sum())
        return total * 1, labels * 2

    graph = StepGraph(compute, 2)
    results = []
    for step in range(8):
        size = 1 if step == 6 else 2
        results.append(graph(torch.full((size,), float(step), device="cuda"), torch.full((size,), step, device="cuda")))
    assert [float(loss) for loss, _logits in results] == [0.0, 2.0, 6.0, 12.0, 20.0, 30.0, 36.0, 50.0]
    assert [logits.tolist() for _loss, logits in results][5:] == [[10, 10], [12], [14, 14]]
