"""A training that exceeds the memory is refused before it begins, and no other is."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from fmnist_tui.config import RunConfig, presets_of
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.errors import UserError
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.training import memory_check
from fmnist_tui.training.compute_plan import choose_plan
from fmnist_tui.training.memory_check import needed_bytes, require_memory


def refuse_or_pass(config: RunConfig, dataset: Dataset) -> None:
    require_memory(config, dataset, choose_plan(config))


def resnet(**changes: object) -> RunConfig:
    return RunConfig.from_flat({**RunConfig.from_preset("fast", "resnet").to_flat(), "device": "cpu", **changes})


@pytest.fixture
def eight_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_check, "available_bytes", lambda _device: 8_000_000_000)


@pytest.mark.usefixtures("eight_gigabytes")
def test_a_batch_that_cannot_fit_is_refused_with_one_that_does(small_dataset: Dataset) -> None:
    with pytest.raises(UserError) as caught:
        refuse_or_pass(resnet(batch_size=10_000, precision="fp32"), small_dataset)
    assert "batch size 10,000" in caught.value.problem
    assert "8.0 GB are available" in caught.value.problem
    assert "--batch-size 4096" in caught.value.remedy
    refuse_or_pass(resnet(batch_size=4096, precision="fp32"), small_dataset)


def test_a_model_that_cannot_fit_at_all_is_refused(small_dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_check, "available_bytes", lambda _device: 100_000_000)
    with pytest.raises(UserError, match="Take a smaller model"):
        refuse_or_pass(resnet(width=512, blocks=16), small_dataset)


@pytest.mark.parametrize(
    ("model", "preset"), [(model, preset) for model in ARCHITECTURES for preset in presets_of(model)]
)
def test_every_preset_fits_into_two_gigabytes(
    model: str, preset: str, small_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_check, "available_bytes", lambda _device: 2_000_000_000)
    refuse_or_pass(RunConfig.from_preset(preset, model), small_dataset)


def test_small_trainings_are_not_compared_with_the_available_memory(
    small_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_check, "available_bytes", lambda _device: pytest.fail("it was asked for"))
    refuse_or_pass(RunConfig.from_preset("fast", "mlp"), small_dataset)


def test_an_estimate_draws_no_random_numbers(small_dataset: Dataset) -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    refuse_or_pass(RunConfig.from_flat({"model": "cnn", "dropout": 0.3, "batch_size": 5_000}), small_dataset)
    assert torch.equal(torch.rand(3), expected)


def bytes_per_image(config: RunConfig) -> int:
    plan = choose_plan(config.pinned("cpu", "fp32", 1))
    return needed_bytes(config.model_copy(update={"batch_size": 2}), plan) - needed_bytes(
        config.model_copy(update={"batch_size": 1}), plan
    )


def test_an_estimate_grows_with_the_network_and_is_about_what_autograd_saves() -> None:
    small, large = (bytes_per_image(resnet(width=width)) for width in (16, 32))
    assert large == pytest.approx(2 * small, rel=0.1)
    activations = 32 * 28 * 28 * 4
    assert 4 * activations < large < 40 * activations


@pytest.mark.parametrize("model", ARCHITECTURES)
def test_an_estimate_is_what_autograd_saves_for_a_batch_of_images(model: str) -> None:
    config = RunConfig.from_preset("fast", model)
    torch.manual_seed(0)
    network = config.model.build()
    saved: dict[int, torch.Tensor] = {}

    def save(tensor: torch.Tensor) -> torch.Tensor:
        saved[tensor.untyped_storage()._cdata] = tensor
        return tensor

    batch = 8
    with torch.autograd.graph.saved_tensors_hooks(save, lambda tensor: tensor):
        logits = network(torch.rand(batch, 1, 28, 28))
        torch.nn.functional.cross_entropy(logits, torch.zeros(batch, dtype=torch.int64))
    kept = [tensor for tensor in saved.values() if tensor.shape[:1] == (batch,)]
    activations = [tensor.untyped_storage().nbytes() / batch for tensor in kept]
    backward = memory_check.BACKWARD_FACTOR * max(activations) if config.model.convolutional else 0
    assert bytes_per_image(config) == pytest.approx(sum(activations) + backward, rel=0.05)


def test_an_estimate_does_not_load_torchs_compiler() -> None:
    script = """
import sys
from fmnist_tui.config import RunConfig
from fmnist_tui.training.compute_plan import choose_plan
from fmnist_tui.training.memory_check import needed_bytes
config = RunConfig.from_preset("fast", "cnn")
assert needed_bytes(config, choose_plan(config)) > 0
assert "torch._dynamo" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=100)


@pytest.mark.parametrize(
    ("limits", "left"),
    [({"": "max"}, []), ({"a": "1000"}, [1000 - 300 + 100]), ({"": "2000", "a": "1000"}, [800, 1800]), ({}, [])],
)
def test_the_limits_of_all_control_groups_count(limits: dict[str, str], left: list[int], tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("1:name=systemd:/x\n0::/a\n")
    for folder, limit in limits.items():
        group = tmp_path / "root" / folder
        group.mkdir(parents=True, exist_ok=True)
        (group / "memory.max").write_text(f"{limit}\n")
        (group / "memory.current").write_text("300\n")
        (group / "memory.stat").write_text("anon 5\ninactive_file 100\n")
    assert memory_check._cgroup_left(tmp_path / "root", own) == left
    assert memory_check._cgroup_left(tmp_path / "root", tmp_path / "nothing") == []


def test_what_this_machine_has_left_is_a_number_of_bytes() -> None:
    assert 0 < memory_check.available_bytes(torch.device("cpu")) < 2**50
