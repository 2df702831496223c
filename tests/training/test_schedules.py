import pytest
from torch import nn, optim

from fmnist_tui.config import RunConfig
from fmnist_tui.training.schedules import learning_rate_at

TOTAL = 200


def rates(schedule: str, warmup: float = 0.3) -> list[float]:
    config = RunConfig.from_flat(
        {"model": "logistic", "schedule": schedule, "learning_rate": 0.4, "warmup_fraction": warmup, "epochs": 1}
    )
    return [learning_rate_at(config, step, TOTAL) for step in range(TOTAL)]


def test_the_constant_schedule_is_constant() -> None:
    assert set(rates("constant")) == {0.4}


def test_the_step_schedule_divides_by_ten_after_a_half_and_three_quarters() -> None:
    steps = rates("step")
    assert steps[99] == 0.4
    assert steps[100] == pytest.approx(0.04)
    assert steps[150] == pytest.approx(0.004)


def test_the_cosine_schedule_warms_up_and_ends_at_zero() -> None:
    steps = rates("cosine")
    assert steps[0] < 0.02
    assert max(steps) == pytest.approx(0.4, rel=1e-2)
    assert steps.index(max(steps)) == pytest.approx(60, abs=1)
    assert steps[-1] == pytest.approx(0.0, abs=1e-9)


def test_the_one_cycle_schedule_is_torchs() -> None:
    optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)
    reference = optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.4, total_steps=TOTAL, pct_start=0.3, div_factor=25, final_div_factor=400
    )
    expected = []
    for _ in range(TOTAL):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(expected) < TOTAL:
            reference.step()
    # torch puts its peak one step earlier
    assert rates("one-cycle") == pytest.approx(expected, abs=0.4 * 0.02)


@pytest.mark.parametrize("schedule", ["constant", "one-cycle", "cosine", "step"])
@pytest.mark.parametrize("warmup", [0.0, 0.9])
def test_no_rate_is_negative_or_above_the_peak_at_any_length(schedule: str, warmup: float) -> None:
    config = RunConfig.from_flat({"model": "logistic", "schedule": schedule, "warmup_fraction": warmup})
    for total in (1, 2, 3, 17):
        for step in range(total):
            assert 0.0 <= learning_rate_at(config, step, total) <= config.learning_rate
