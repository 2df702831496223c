"""Deterministic kernels are requested on CUDA, and nothing changes for a run on the CPU."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
from fmnist_tui.checkpoints.store import read_tensors
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.training import train_step
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.control import Control
from fmnist_tui.training.determinism import request_determinism
from fmnist_tui.training.loop import TrainingLoop


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    cudnn = torch.backends.cudnn
    before = cudnn.benchmark, cudnn.deterministic, torch.utils.deterministic.fill_uninitialized_memory
    yield
    cudnn.benchmark, cudnn.deterministic, torch.utils.deterministic.fill_uninitialized_memory = before
    torch.use_deterministic_algorithms(False)


def test_deterministic_kernels_are_requested_for_cuda_only() -> None:
    request_determinism(torch.device("cpu"))
    assert not torch.are_deterministic_algorithms_enabled()
    assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ
    request_determinism(torch.device("cuda"))
    assert torch.are_deterministic_algorithms_enabled()
    assert torch.is_deterministic_algorithms_warn_only_enabled()
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert torch.backends.cudnn.deterministic
    assert not torch.backends.cudnn.benchmark


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_train_step_requests_it_before_its_network_is_moved(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Requested(Exception):
        """Ends the construction, for there may be no such device here."""

    def request(asked: torch.device) -> None:
        raise Requested(asked.type)

    monkeypatch.setattr(train_step, "request_determinism", request)
    config = RunConfig.from_flat({"model": "cnn"})
    with pytest.raises(Requested, match=device):
        train_step.TrainStep(config, ComputePlan(torch.device(device), "fp32", 1, True), 10)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")
@pytest.mark.parametrize("model", ["mlp", "cnn", "resnet"])
def test_two_runs_on_cuda_give_the_same_bits(model: str, small_dataset: Dataset, tmp_path: Path) -> None:
    flat = {**RunConfig.from_preset("fast", model).to_flat(), "device": "cuda", "epochs": 2, "validation_size": 200}
    states = []
    for name in ("one", "two"):
        TrainingLoop(
            "a-run",
            RunConfig.from_flat({**flat, "precision": "fp32"}),
            dataset=small_dataset,
            checkpoints=tmp_path / name,
            control=Control(),
            emit=lambda _event: None,
        ).run()
        states.append(read_tensors(tmp_path / name, read_manifest(manifest_file(tmp_path / name, "last")).weights))
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])
