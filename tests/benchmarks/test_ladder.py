"""The ladder's figures are those of the trainings, and its recipes compute what they say."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import torch
from sessions import small_data
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.children import trace_preset
from benchmarks.ladder import AIRBENCH_FLOPS, CNN_FLOPS, RECIPES, Climb, _row
from benchmarks.ladder_chart import write_chart
from benchmarks.peers import airbench
from benchmarks.peers.images import Images
from benchmarks.peers.task import EpochClock, Task, arguments_for, task_from
from fmnist_tui.models.cnn import Cnn
from fmnist_tui.models.summary import summarize


def climb(seconds: tuple[float, ...], accuracies: tuple[float, ...]) -> Climb:
    return Climb("cnn:fast", 0, seconds, tuple(10 * second for second in seconds), accuracies, "")


def test_a_rung_is_reached_at_the_end_of_the_first_epoch_that_is_accurate_enough() -> None:
    row = _row([climb((1.0, 2.0, 3.0), (0.89, 0.92, 0.91))], "seconds")
    assert (row["0.9"], row["0.9159"], row["0.93"], row["whole"]) == (2.0, 2.0, None, 3.0)
    assert _row([climb((1.0, 2.0), (0.9, 0.94))], "teraflops")["0.94"] == 20.0


def test_a_rung_of_several_seeds_is_the_median_if_more_than_half_reach_it() -> None:
    there, slower, never = climb((1.0,), (0.93,)), climb((3.0,), (0.93,)), climb((1.0,), (0.92,))
    assert _row([there, slower, never], "seconds")["0.93"] == 2.0
    assert _row([there, never], "seconds")["0.93"] is None


def test_flops_are_those_of_the_networks() -> None:
    assert summarize(Cnn()).flops == CNN_FLOPS
    images = torch.randn(50, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    network = airbench.build(images).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(images[:1])
    assert counter.get_total_flops() == AIRBENCH_FLOPS


def test_a_clock_stands_while_the_network_is_tried() -> None:
    ticks = iter((0.0, 10.0, 13.0, 100.0, 104.0, 200.0))
    clock = EpochClock(lambda: 0.5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.perf_counter", lambda: next(ticks))
        next(ticks)
        clock.start()
        clock.epoch_ended()
        clock.epoch_ended()
    assert (clock.seconds, clock.accuracies) == ([3.0, 4.0], [0.5, 0.5])


def test_a_traced_task_round_trips_through_the_command_line(tmp_path: Path) -> None:
    images = Images(tmp_path / "images", tmp_path / "labels", 20, (tmp_path / "test images", tmp_path / "test labels"))
    task = Task("cnn", "", 64, 3, 1e-3, 0.0, False, images, is_traced=True)
    assert task_from(arguments_for(task)) == task


def test_airbench_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    data = small_data()

    class Drawn:
        normalized = data.train.images.float().sub_(73).div_(90).numpy()
        labels = data.train.labels.numpy()

        def accuracy(self, predict: Any) -> float:
            shown = data.test.images.float().sub_(73).div_(90).numpy()
            return float((predict(shown) == data.test.labels.numpy()).mean())

    torch.manual_seed(0)
    task = Task("cnn", "", 50, 6, 0.0, 0.0, False, Drawn(), is_traced=True)  # type: ignore[arg-type]
    monkeypatch.setattr(Task, "threads", 1)
    outcome = airbench.train(task)
    assert outcome.epoch_accuracies[-1] > 0.7
    assert outcome.epoch_accuracies[-1] == outcome.accuracy()


def test_a_preset_is_traced_epoch_by_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_preset, "load_dataset", lambda _config: small_data())
    found = json.loads(json.dumps(trace_preset.trace("mlp", "fast", 0)))
    assert len(found["epoch_seconds"]) == len(found["epoch_accuracies"]) == 8
    assert found["epoch_accuracies"][-1] > 0.8
    assert found["images_per_epoch"] == 600


def test_a_chart_has_a_curve_and_a_name_for_each(tmp_path: Path) -> None:
    file = tmp_path / "chart.svg"
    write_chart(file, {"a < b": ((0.1, 2.0), (0.8, 0.9)), "c": ((70.0,), (0.93,)), "never": ((1.0,), (0.5,))})
    drawn = ElementTree.parse(file).getroot()
    texts = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"a < b", "c", "1 min", "91.59"} <= set(texts)
    assert "never" not in texts
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}path"))) == 2
    assert RECIPES
