"""The cost line: size, time and memory of the next run, without invented figures."""

import a_run
import configs
import on_disk
import pytest
from workbench import Bench, narrow

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.protocol import MemoryEstimate
from fmnist_tui.errors import UserError
from fmnist_tui.models.summary import ModelSummary
from fmnist_tui.runs.measured_speed import TimeEstimate
from fmnist_tui.tui.training_cost import TrainingCost
from fmnist_tui.tui.widgets.cost_line import CostLine

pytestmark = pytest.mark.drawn

FAST = configs.CNN


def cost(
    time: TimeEstimate | None = None, *, available: int = 10**9, early_stopping: int = 0, is_long: bool = True
) -> str:
    config = RunConfig.from_flat({**FAST.to_flat(), "early_stopping": early_stopping})
    found = TrainingCost(config, ModelSummary((), 98_442, 4_200_000), MemoryEstimate(67_000_000, available), time)
    return " | ".join((found.size_text(is_long), found.time_text(is_long), found.memory_text()))


def test_without_a_measurement_no_time_is_invented() -> None:
    assert cost() == (
        "98,442 parameters  ·  4.2 MFLOP per image | time: unknown until a first run here | 67 MB of memory"
    )
    assert cost(is_long=False) == "98,442 params · 4.2 MFLOP | time unknown | 67 MB of memory"


def test_the_time_is_that_of_all_epochs() -> None:
    assert "about 1:00 (5 × 12 s)" in cost(TimeEstimate(12.0, is_scaled=False))
    assert "about 1:00 |" in cost(TimeEstimate(12.0, is_scaled=False), is_long=False)


def test_an_estimate_from_another_size_says_so() -> None:
    assert "(5 × 12 s, scaled from another size)" in cost(TimeEstimate(12.0, is_scaled=True))


def test_early_stopping_may_end_a_run_sooner() -> None:
    assert "at most 1:00" in cost(TimeEstimate(12.0, is_scaled=False), early_stopping=3)


def test_too_little_memory_is_stated() -> None:
    assert cost(available=50_000_000).endswith("67 MB of memory, 50 MB available")


async def test_the_line_follows_the_form(bench: Bench) -> None:
    for size in ((80, 24), (120, 40)):
        await bench.pilot.resize_terminal(*size)
        await bench.until(lambda: "256 MB of memory" in bench.text())
        assert "4.2 MFLOP" in bench.text(), size
        assert "unknown" in bench.text(), size
    await bench.type_into("batch_size", "64")
    await bench.until(lambda: "64 MB of memory" in bench.text())
    assert not bench.train.query_one(CostLine).has_class("-outdated")
    await bench.type_into("batch_size", "x")
    await bench.until(lambda: "when all fields are valid" in bench.text())


async def test_the_line_warns_of_too_little_memory(bench: Bench) -> None:
    bench.engine.available_memory = 100_000_000
    await bench.type_into("epochs", "7")
    await bench.until(lambda: "✗ 256 MB of memory, 100 MB available" in bench.text())


async def test_figures_of_the_form_before_a_change_are_dimmed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fmnist_tui.tui.screens.next_run_preview.DELAY_SECONDS", 3600.0)
    await bench.type_into("batch_size", "64")
    assert bench.train.query_one(CostLine).has_class("-outdated")


@narrow
async def test_a_device_that_this_machine_lacks_is_reported_before_the_start(bench: Bench) -> None:
    bench.engine.memory_problem = UserError("device is 'cuda', but torch finds no such device here", "Use cpu")
    await bench.type_into("epochs", "7")
    await bench.until(lambda: "✗ device is 'cuda', but torch finds no such device here. Use cpu." in bench.text())


async def test_a_run_that_ended_is_measured_for_the_next(bench: Bench) -> None:
    await bench.until(lambda: "unknown until a first run here" in bench.text())
    await bench.start(1, 2)
    config = bench.engine.configs[-1].pinned("cpu", "fp32", 2)
    on_disk.a_finished_run("20260102-030405-cnn", config)
    bench.engine.emit(a_run.ended())
    await bench.press("f")
    await bench.until(lambda: "unknown until a first run here" not in bench.text())
