"""Means, standard deviations and intervals of repeats."""

from math import nan, sqrt

import pytest
from scipy.stats import t
from sessions import CONFIG, train

from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.repeat_statistics import metrics_of, statistics_of


def test_each_metric_that_all_runs_have_has_mean_deviation_and_interval() -> None:
    runs = [{"validation_loss": value, "seconds": 60.0} for value in (0.30, 0.34, 0.32)]
    runs[0]["test_accuracy"] = 0.9
    loss, seconds = statistics_of(runs)
    half = t.ppf(0.975, 2) * 0.02 / sqrt(3)
    assert (loss.metric.name, loss.repeats, seconds.metric.name) == ("validation_loss", 3, "seconds")
    assert (loss.mean, loss.deviation) == pytest.approx((0.32, 0.02))
    assert loss.interval == pytest.approx((0.32 - half, 0.32 + half))
    assert loss.cells == ("0.3200", "0.0200", "0.2703 – 0.3697")
    assert seconds.cells == ("1:00", "0.0 s", "1:00 – 1:00")


def test_an_interval_ends_where_no_value_can_be() -> None:
    (accuracy,) = statistics_of([{"validation_accuracy": 0.99}, {"validation_accuracy": 0.97}])
    assert accuracy.interval is not None
    assert accuracy.interval[1] == 1.0
    assert accuracy.cells == ("98.00 %", "1.41 %", "85.29 – 100.00 %")


def test_a_single_run_has_no_deviation() -> None:
    (one,) = statistics_of([{"validation_accuracy": 0.9}])
    assert one.cells == ("90.00 %", "–", "–")
    assert statistics_of([]) == []


def test_the_metrics_of_a_run_are_those_of_its_best_epoch() -> None:
    epochs = []
    train(CONFIG.model_copy(update={"epochs": 2}), epochs.append)
    (run,) = list_runs()
    best = max((event for event in epochs if event.type == "epoch_ended"), key=lambda event: event.validation_accuracy)
    assert metrics_of(run) == {
        "validation_accuracy": best.validation_accuracy,
        "validation_loss": best.validation_loss,
        "train_accuracy": best.train_accuracy,
        "seconds": run.active_seconds,
    }
    damaged = run._replace(best_validation_accuracy=nan, best_epoch=7, active_seconds=-1.0)
    assert metrics_of(damaged) == {}, "what a damaged log states is no measurement"
