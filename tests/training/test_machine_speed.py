"""What `doctor --speed` measures, with less time for each measurement than users give it."""

import pytest
import torch

from fmnist_tui.config import RunConfig, presets_of
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.training import machine_speed
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.machine_speed import measure_layers, measure_presets
from fmnist_tui.training.train_step import TrainStep

CPU = ComputePlan(torch.device("cpu"), "fp32", 1, channels_last=True)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_speed, "LAYER_SECONDS", 0.0)
    monkeypatch.setattr(machine_speed, "NETWORK_SECONDS", 0.0)


def test_each_layer_has_a_speed_in_each_precision_of_this_machine() -> None:
    layers = measure_layers()
    assert [one.layer for one in layers] == [name for name, *_rest in machine_speed.LAYERS]
    assert all("fp32" in one.gflops and min(one.gflops.values()) > 0 for one in layers)


def test_the_operations_of_the_layers_are_those_that_torch_counts() -> None:
    from torch.utils.flop_counter import FlopCounterMode

    for name, make, shape, flops in machine_speed.LAYERS:
        with FlopCounterMode(display=False) as counter:
            make()(torch.randn(1, *shape))
        assert counter.get_total_flops() == flops, name


def test_each_preset_but_classic_has_a_time_and_each_network_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []

    def cost(config: RunConfig, plan: ComputePlan) -> tuple[float, float]:
        measured.append(config.model_name)
        return 0.001, 0.0001

    monkeypatch.setattr(machine_speed, "_cost", cost)
    monkeypatch.setattr(machine_speed, "_plans", lambda _config: [CPU])
    found = list(measure_presets())
    expected = [(model, preset) for model in ARCHITECTURES for preset in presets_of(model) if preset != "classic"]
    assert [(one.model, one.preset) for one in found] == expected
    assert measured.count("resnet") == 1
    fast = next(one for one in found if (one.model, one.preset) == ("logistic", "fast"))
    # 50,000 images in batches of 256, 12 epochs; validation takes a third for each of 10,000 images
    training = 196 * 0.001 + 50_000 * 0.0001
    assert fast.images_per_second == pytest.approx(50_000 / training)
    assert fast.seconds == pytest.approx(12 * (training + 10_000 * 0.0001 / 3))
    assert fast.memory_bytes > 0


@pytest.mark.parametrize(
    ("seconds", "cost"),
    [({64: 3.0, 128: 5.0}, (1.0, 2.0 / 64)), ({64: 3.0, 128: 2.0}, (2.5, 0.5 / 64))],
    ids=["usual", "noise"],
)
def test_a_network_has_a_cost_for_each_step_and_each_image(
    seconds: dict[int, float], cost: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_speed, "_step_seconds", lambda _step, _plan, images: seconds[images])
    assert machine_speed._cost(RunConfig.from_preset("fast", "mlp"), CPU) == pytest.approx(cost)


def test_a_real_step_takes_time() -> None:
    train_step = TrainStep(RunConfig.from_preset("fast", "mlp"), CPU, 10)
    assert machine_speed._step_seconds(train_step, CPU, 8) > 0
