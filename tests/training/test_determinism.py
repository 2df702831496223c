"""Deterministic kernels are requested on CUDA, and nothing changes for a run on the CPU."""

import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from fmnist_tui.checkpoints.manifest import manifest_file, read_manifest
from fmnist_tui.checkpoints.store import read_tensors
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.training import determinism
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.control import Control
from fmnist_tui.training.determinism import request_determinism
from fmnist_tui.training.loop import TrainingLoop
from fmnist_tui.training.trainer import Trainer


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    cudnn = torch.backends.cudnn
    torch.use_deterministic_algorithms(False)
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


@pytest.mark.skipif(sys.platform != "linux", reason="OpenMP of other systems is loaded under other names")
def test_the_number_of_threads_does_not_depend_on_the_load() -> None:
    openmp = ctypes.CDLL(None)
    openmp.omp_set_dynamic(1)  # as OMP_DYNAMIC=true does
    determinism.fix_number_of_threads()
    assert openmp.omp_get_dynamic() == 0


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_run_requests_it_for_its_device_and_sets_threads_and_seed(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[torch.device] = []
    monkeypatch.setattr(determinism, "request_determinism", asked.append)
    config = RunConfig.from_flat({"model": "cnn"})
    with torch.random.fork_rng(devices=[]):
        determinism.prepare_process(config, ComputePlan(torch.device(device), "fp32", 1, True))
        first = torch.rand(3)
        determinism.prepare_process(config, ComputePlan(torch.device(device), "fp32", 1, True))
        assert torch.equal(torch.rand(3), first)
    assert [one.type for one in asked] == [device, device]
    assert torch.get_num_threads() == 1


def test_a_trainer_is_made_without_changing_anything_of_the_process(small_dataset: Dataset) -> None:
    config = RunConfig.from_flat({"model": "cnn", "validation_size": 200})
    plan = ComputePlan(torch.device("cpu"), "fp32", torch.get_num_threads() + 1, True)
    generator, threads = torch.get_rng_state(), torch.get_num_threads()
    Trainer(config, small_dataset, plan)
    assert torch.equal(torch.get_rng_state(), generator)
    assert torch.get_num_threads() == threads


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
