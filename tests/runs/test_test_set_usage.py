"""How test-set evaluations are counted, for a run and for all runs of its model."""

from pathlib import Path

from fmnist_tui.runs.summary import RunSummary
from fmnist_tui.runs.test_set_usage import test_evaluations_by_model as by_model
from fmnist_tui.runs.test_set_usage import test_set_usage as usage_of


def a_run(model: str | None, evaluations: int, *, mark: str = "") -> RunSummary:
    return RunSummary(Path(), "a-run", model=model, dataset_mark=mark, test_evaluations=evaluations)


def test_evaluations_are_counted_for_the_run_and_for_all_runs_of_its_model() -> None:
    run = a_run("cnn", 3)
    runs = [run, a_run("cnn", 9), a_run("cnn", 0), a_run("mlp", 5)]
    assert str(usage_of(run, by_model(runs))) == "3 test-set evaluations of this run, 12 of all cnn runs"


def test_evaluations_on_demo_images_do_not_count_for_the_real_ones() -> None:
    real, drawn = a_run("cnn", 1), a_run("cnn", 7, mark="DEMO")
    assert usage_of(real, by_model([real, drawn])).with_model == 1
    assert usage_of(drawn, by_model([real, drawn])).with_model == 7


def test_for_a_run_of_an_unknown_model_only_its_own_are_shown() -> None:
    run = a_run(None, 1)
    assert str(usage_of(run, by_model([run, a_run(None, 3)]))) == "1 test-set evaluation of this run"
