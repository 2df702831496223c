"""Repeats have seeds that no run of the same config has."""

import pytest
from sessions import CONFIG, train

from fmnist_tui.config import RunConfig
from fmnist_tui.hyperparameters import MAX_SEED
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.labels import MAX_NAME, RunLabels
from fmnist_tui.runs.repeats import MAX_REPEATS, concurrency, first_repeats_of, labels_to_repeat, repeats_of


def test_repeats_differ_in_their_seeds_only() -> None:
    repeats = repeats_of(CONFIG, 3, [])
    assert [config.seed for config in repeats] == [1, 2, 3]
    assert {config.model_copy(update={"seed": CONFIG.seed}) for config in repeats} == {CONFIG}


def test_seeds_of_runs_with_the_same_config_are_not_taken_again() -> None:
    for changes in ({"seed": 2}, {"seed": 1, "learning_rate": 0.5}):
        train(CONFIG.model_copy(update={**changes, "epochs": 1}))
    config = CONFIG.model_copy(update={"epochs": 1, "seed": 3})
    assert [repeat.seed for repeat in repeats_of(config, 3, list_runs())] == [1, 4, 5]


def test_a_model_with_a_list_of_options_is_recognized_among_the_runs() -> None:
    config = CONFIG.from_flat({**CONFIG.to_flat(), "model": "mlp", "hidden_units": (4, 3), "epochs": 1, "seed": 1})
    train(config)
    assert [repeat.seed for repeat in repeats_of(config.model_copy(update={"seed": 0}), 2, list_runs())] == [2, 3]


def test_repeats_have_the_tags_and_numbered_names_of_the_original() -> None:
    labels = labels_to_repeat(RunLabels(name="x" * MAX_NAME, note="why", tags=("paper",), is_marked=True))
    repeats = labels.numbered(MAX_REPEATS)
    assert len({repeat.name for repeat in repeats}) == MAX_REPEATS
    assert {(repeat.note, repeat.tags, repeat.is_marked) for repeat in repeats} == {("", ("paper",), False)}
    assert labels_to_repeat(RunLabels()).numbered(2) == [RunLabels()] * 2


@pytest.mark.parametrize(
    ("repeats", "processors", "at_once", "threads"),
    [(5, 2, 2, 1), (2, 64, 2, 32), (5, 8, 5, 1), (9, 8, 5, 1), (6, 16, 6, 2), (3, 1, 1, 1), (20, 64, 20, 3)],
)
def test_repeats_take_up_the_processors_before_their_threads_do(
    repeats: int, processors: int, at_once: int, threads: int
) -> None:
    cnn = RunConfig.from_flat({"model": "cnn"})
    assert concurrency(cnn, repeats, processors) == (at_once, threads)
    assert concurrency(RunConfig.from_flat({"model": "mlp"}), repeats, processors) == (at_once, 1)


def test_threads_that_the_config_names_are_kept() -> None:
    config = RunConfig.from_flat({"model": "cnn", "threads": 4})
    assert [concurrency(config, 3, processors) for processors in (2, 8, 64)] == [(1, 4), (2, 4), (3, 4)]
    assert str(concurrency(config, 3, 8)) == "2 at a time with 4 threads each"
    assert str(concurrency(config, 3, 2)) == "one after another"


def test_seeds_begin_with_that_of_the_config_and_continue_below_the_largest() -> None:
    train(CONFIG.model_copy(update={"epochs": 1, "seed": 8}))
    config = CONFIG.model_copy(update={"epochs": 1, "seed": 7, "threads": 3})
    assert [one.seed for one in first_repeats_of(config, 3, list_runs())] == [7, 9, 10], "threads make no other config"
    last = CONFIG.model_copy(update={"seed": MAX_SEED})
    assert [one.seed for one in first_repeats_of(last, 3, [])] == [MAX_SEED, 0, 1]
