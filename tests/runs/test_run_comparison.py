"""Runs side by side: the settings that differ, results with intervals, and repeats."""

import json
from pathlib import Path
from typing import Any

import pytest
from event_factories import run_started
from scipy.stats import t

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.events import to_line
from fmnist_tui.runs.comparison_rows import rows_of
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.run_comparison import compare_runs, differing_settings
from fmnist_tui.runs.summary import RunSummary


def a_run(
    folder: Path, number: int, accuracy: float | None = 0.9, state: str = "finished", **values: Any
) -> RunSummary:
    """Write a run's config and return its summary."""
    run = RunFolder(folder / f"run-{number}")
    run.path.mkdir()
    run.write_config(RunConfig.from_flat({"model": "mlp", **values}))
    return RunSummary(
        folder,
        run.run,
        model="mlp",
        state=state,
        validation_size=1000,
        best_epoch=3,
        best_validation_accuracy=accuracy,
        active_seconds=2.0 + number,
    )


def configs(*values: dict[str, Any]) -> list[RunConfig | None]:
    return [RunConfig.from_flat({"model": "mlp", **some}) for some in values]


def test_only_settings_that_differ_are_listed_in_the_order_of_the_form() -> None:
    rate, norm = differing_settings(configs({"learning_rate": 0.01}, {"max_grad_norm": 1.0}, {}))
    assert (rate.name, rate.label, rate.values) == ("learning_rate", "learning rate", (0.01, 0.001, 0.001))
    assert (norm.label, norm.texts) == ("max grad norm", ("0", "1", "0"))


def test_equal_configs_have_no_differences() -> None:
    assert differing_settings(configs({}, {}, {})) == []


def test_a_setting_without_effect_is_missing_and_no_difference_by_itself() -> None:
    assert differing_settings(configs({"momentum": 0.5}, {"momentum": 0.9})) == [], "adam has no momentum"
    optimizer, momentum = differing_settings(configs({"optimizer": "sgd", "momentum": 0.5}, {"momentum": 0.9}))
    assert optimizer.texts == ("sgd", "adam")
    assert (momentum.texts, momentum.values) == (("0.5", "–"), (0.5, None))


def test_an_option_that_a_model_lacks_is_missing() -> None:
    found = differing_settings([RunConfig.from_flat({"model": model}) for model in ("logistic", "mlp")])
    texts = {setting.name: setting.texts for setting in found}
    assert texts["model"] == ("logistic", "mlp")
    assert texts["hidden_units"][0] == "–"


def test_a_value_that_an_earlier_version_did_not_store_is_marked(tmp_path: Path) -> None:
    old, new = a_run(tmp_path, 1), a_run(tmp_path, 2, random_erasing=0.5)
    stored = json.loads(old.folder.config_file.read_text())
    del stored["random_erasing"], stored["max_grad_norm"]
    old.folder.config_file.write_text(json.dumps(stored))
    (setting,) = compare_runs([old, new]).settings
    assert (setting.texts, setting.is_assumed) == (("0", "0.5"), (True, False))


def test_accuracies_have_their_interval(tmp_path: Path) -> None:
    unreadable = a_run(tmp_path, 3)._replace(validation_size=None)
    unreadable.folder.events_file.write_text(to_line(run_started(validation_images=1000)) + "\n")
    run, damaged, other = compare_runs([a_run(tmp_path, 1), a_run(tmp_path, 2, accuracy=7.0), unreadable]).runs
    assert other.validation == run.validation, "the log has the number of images too"
    assert run.validation is not None
    assert run.validation == pytest.approx((0.9, 0.8798, 0.9171), abs=1e-4)
    assert (damaged.letter, damaged.validation, damaged.test) == ("B", None, None)


def test_the_parameters_are_read_from_the_log(tmp_path: Path) -> None:
    runs = [a_run(tmp_path, 1), a_run(tmp_path, 2)]
    runs[0].folder.events_file.write_text(to_line(run_started(parameters=1234)) + "\n")
    assert [run.parameters for run in compare_runs(runs).runs] == [1234, None]


def test_repeats_are_reported_as_mean_and_interval(tmp_path: Path) -> None:
    accuracies = (0.90, 0.92, 0.91)
    runs = [a_run(tmp_path, seed, accuracy, seed=seed, threads=seed) for seed, accuracy in enumerate(accuracies)]
    other = a_run(tmp_path, 9, 0.5, seed=9, epochs=3)
    (repeats,) = compare_runs([*runs[:2], other, runs[2]]).repeats
    assert repeats.letters == "ABD"
    assert repeats.validation.value == pytest.approx(0.91)
    half = t.ppf(0.975, 2) * 0.01 / 3**0.5
    assert repeats.validation[1:] == pytest.approx((0.91 - half, 0.91 + half))
    assert repeats.test is None
    assert [one.metric.name for one in repeats.statistics] == ["validation_accuracy", "seconds"]
    rows = {row.label: row.cells for row in rows_of(compare_runs([*runs[:2], other, runs[2]]))}
    assert rows["  standard deviation"] == ["1.00", "1.00", "–", "1.00"]
    assert rows["mean training time ± SD"] == ["3.0 s ± 1.0 s"] * 2 + ["–", "3.0 s ± 1.0 s"]


@pytest.mark.parametrize(
    "second",
    [{"seed": 0}, {"seed": 1, "state": "stopped"}, {"seed": 1, "accuracy": None}, {"seed": 1, "epochs": 3}],
    ids=["the same seed", "not finished", "not measured", "other settings"],
)
def test_what_is_no_independent_measurement_is_no_repeat(second: dict[str, Any], tmp_path: Path) -> None:
    assert compare_runs([a_run(tmp_path, 1, seed=0), a_run(tmp_path, 2, **second)]).repeats == ()


def test_an_unreadable_config_hides_no_difference_of_the_others(tmp_path: Path) -> None:
    runs = [a_run(tmp_path, number, batch_size=size) for number, size in enumerate((32, 64, 32))]
    runs[2].folder.config_file.write_text("{")
    (setting,) = compare_runs(runs).settings
    assert setting.texts == ("32", "64", "–")
    both = compare_runs([runs[0], runs[2]])
    assert both.settings == ()
    assert both.runs[1].config is None


@pytest.mark.parametrize("number", [0, 1, 9])
def test_two_to_eight_runs_are_compared(number: int, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="2 to 8"):
        compare_runs([a_run(tmp_path, one) for one in range(number)])


def test_a_run_is_not_compared_with_itself(tmp_path: Path) -> None:
    run = a_run(tmp_path, 1)
    with pytest.raises(UserError, match="itself"):
        compare_runs([run, run])
