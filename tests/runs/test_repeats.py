"""Repeats have seeds that no run of the same config has."""

from sessions import CONFIG, train

from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.labels import MAX_NAME, RunLabels
from fmnist_tui.runs.repeats import MAX_REPEATS, labels_to_repeat, repeats_of


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
