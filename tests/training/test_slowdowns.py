"""What `doctor --speed` finds that slows a machine down."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from fmnist_tui.training import slowdowns
from fmnist_tui.training.machine_speed import EVEN_CHANNELS, UNEVEN_CHANNELS, LayerSpeed


@pytest.fixture(autouse=True)
def _nothing_is_slow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(slowdowns, "usable_processors", lambda: 4)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    monkeypatch.setattr(slowdowns, "free_processors", lambda: 3.9)
    monkeypatch.setattr(slowdowns, "cpu_has_bf16", lambda: True)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    monkeypatch.setattr(slowdowns, "GOVERNORS", tmp_path)
    monkeypatch.setattr(slowdowns, "NVIDIA", tmp_path / "none")
    monkeypatch.setattr("psutil.sensors_battery", lambda: None, raising=False)


def test_an_idle_machine_with_everything_has_none() -> None:
    assert slowdowns.slowdowns() == []


def test_missing_processors_and_threads_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 16)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    first, second = slowdowns.slowdowns()
    assert "may use 4 of 16 processors" in first
    assert second == "OMP_NUM_THREADS allows 1 of 4 threads"


def test_other_programs_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slowdowns, "free_processors", lambda: 1.5)
    assert slowdowns.slowdowns() == ["other programs keep about 2.5 of 4 processors busy"]


def test_missing_instructions_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slowdowns, "cpu_has_bf16", lambda: False)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "DEFAULT")
    vectors, bf16 = slowdowns.slowdowns()
    assert "no vector instructions" in vectors
    assert "no bf16 in hardware" in bf16


def test_saving_power_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "cpu0" / "cpufreq").mkdir(parents=True)
    (tmp_path / "cpu0" / "cpufreq" / "scaling_governor").write_text("powersave\n")
    monkeypatch.setattr("psutil.sensors_battery", lambda: SimpleNamespace(power_plugged=False), raising=False)
    governor, battery = slowdowns.slowdowns()
    assert "powersave" in governor
    assert "battery" in battery


def test_a_gpu_that_torch_can_not_use_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "version").write_text("NVRM")
    monkeypatch.setattr(slowdowns, "NVIDIA", tmp_path / "version")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    (gpu,) = slowdowns.slowdowns()
    assert "torch finds no GPU" in gpu


def test_layers_that_the_libraries_have_no_good_kernel_for_are_named() -> None:
    even = LayerSpeed(EVEN_CHANNELS, {"fp32": 160.0, "bf16": 90.0})
    assert (
        slowdowns.slow_layers([even, LayerSpeed(UNEVEN_CHANNELS, {"fp32": 81.0}), LayerSpeed("A", {"fp32": 9.0})]) == []
    )
    slow = [LayerSpeed(UNEVEN_CHANNELS, {"fp32": 32.0, "bf16": 60.0}), LayerSpeed("A", {"fp32": 140.0, "bf16": 10.0})]
    assert slowdowns.slow_layers([even, *slow]) == [
        "A: 14 times as slow in bf16 as in fp32",
        "channels that are not multiples of 16 run at 32 GFLOP/s, others at 160",
    ]
