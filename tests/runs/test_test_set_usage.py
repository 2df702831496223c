"""How looks at the test set are counted, for a run and for all of its model."""

from pathlib import Path

from fmnist_tui.runs import test_set_usage
from fmnist_tui.runs.summary import RunSummary


def a_run(model: str | None, looks: int, *, mark: str = "") -> RunSummary:
    row = [model, 2, 10_000, mark, "finished", 2, 2, 0.9, 1.0, [], None, looks, ""]
    return RunSummary(Path(), "a-run", 0.0, False, *row)  # type: ignore[arg-type]


def test_looks_are_counted_with_the_run_and_with_all_of_its_model() -> None:
    run = a_run("cnn", 3)
    runs = [run, a_run("cnn", 9), a_run("cnn", 0), a_run("mlp", 5)]
    assert (
        str(test_set_usage.test_set_usage(run, test_set_usage.test_evaluations_by_model(runs)))
        == "test set seen 3× with this run, 12× with all cnn runs"
    )


def test_looks_at_the_drawn_images_are_none_at_the_real_ones() -> None:
    real, drawn = a_run("cnn", 1), a_run("cnn", 7, mark="DEMO")
    by_family = test_set_usage.test_evaluations_by_model([real, drawn])
    assert test_set_usage.test_set_usage(real, by_family).with_model == 1
    assert test_set_usage.test_set_usage(drawn, by_family).with_model == 7


def test_a_run_of_an_unknown_model_has_no_like() -> None:
    run = a_run(None, 2)
    assert (
        str(test_set_usage.test_set_usage(run, test_set_usage.test_evaluations_by_model([run, a_run(None, 4)])))
        == "test set seen 2× with this run"
    )
