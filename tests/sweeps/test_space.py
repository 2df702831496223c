"""What is typed for the fields that vary in a sweep."""

import pytest

from fmnist_tui.config import RunConfig, specs_for
from fmnist_tui.errors import UserError
from fmnist_tui.sweeps.settings import SweepSettings
from fmnist_tui.sweeps.space import Choice, Interval, grid_points, is_dimension, parse_dimension, parse_space

SPECS = {spec.name: spec for model in ("cnn", "mlp") for spec in specs_for(model)}

BASE = RunConfig.from_preset("fast", "cnn")


@pytest.mark.parametrize(
    ("field", "text", "dimension"),
    [
        ("learning_rate", "1e-4..1e-1 log", Interval("learning_rate", 1e-4, 1e-1, True, 0)),
        ("dropout", " 0..0.5 ", Interval("dropout", 0.0, 0.5, False, 0)),
        ("epochs", "2..1000 log", Interval("epochs", 2, 1000, True, 1)),
        ("batch_size", "32|64 | 128", Choice("batch_size", (32, 64, 128), ("32", "64", "128"))),
        ("horizontal_flip", "on|off", Choice("horizontal_flip", (True, False), ("on", "off"))),
        ("optimizer", "sgd|adam", Choice("optimizer", ("sgd", "adam"), ("sgd", "adam"))),
        ("hidden_units", "128 64|256", Choice("hidden_units", ("128 64", "256"), ("128 64", "256"))),
        ("learning_rate", "0.1|1e-3|0.1", Choice("learning_rate", (0.1, 0.001), ("0.1", "0.001"))),
    ],
)
def test_ranges_and_choices_are_read(field: str, text: str, dimension: Choice | Interval) -> None:
    assert is_dimension(SPECS[field], text)
    assert parse_dimension(SPECS[field], text) == dimension
    assert parse_dimension(SPECS[field], dimension.text) == dimension, "what is stored means the same"


@pytest.mark.parametrize(
    ("field", "text", "problem"),
    [
        ("learning_rate", "1e-4..100", "learning rate is '100', but must be a number above 0 to 10"),
        ("learning_rate", "0.1..0.001", "the first number must be the lower one"),
        ("learning_rate", "0.1..0.1", "the first number must be the lower one"),
        ("dropout", "0..0.5 log", "a logarithmic scale has no 0"),
        ("dropout", "0..0.5 cubic", "'cubic' is no scale"),
        ("dropout", "0..", "dropout is '0..', which is no range"),
        ("dropout", "..0.5", "dropout is '..0.5', which is no range"),
        ("batch_size", "32|", "batch size is empty"),
        ("batch_size", "32|x", "batch size is 'x', but must be an integer"),
        ("batch_size", "32|32", "batch size is '32|32', which is one value"),
        ("batch_size", "32..64.5", "batch size is '64.5', but must be an integer"),
        ("optimizer", "adam..sgd", "optimizer is 'adam..sgd', but has no range"),
        ("optimizer", "adam|adamm", "optimizer is 'adamm', but must be one of"),
        ("dataset", "demo|mnist", "dataset can't vary in a sweep: all trials are trained on the same images"),
        ("validation_size", "100..200", "all trials are compared on the same validation images"),
        ("batch_size", "|".join(map(str, range(1, 400))), "batch size has 399 values"),
    ],
)
def test_a_text_that_is_no_dimension_is_refused_with_field_text_and_reason(field: str, text: str, problem: str) -> None:
    with pytest.raises(UserError) as raised:
        parse_dimension(SPECS[field], text)
    assert problem in raised.value.line()


def test_a_path_with_two_dots_is_one_value() -> None:
    assert not is_dimension(SPECS["data"], "../images")
    assert not is_dimension(SPECS["learning_rate"], "0.01")


def test_a_field_of_another_model_is_refused() -> None:
    with pytest.raises(UserError, match="'hidden_units' is not a field of logistic"):
        parse_space("logistic", {"hidden_units": "1|2"})


def test_a_grid_has_each_combination_once_and_no_continuous_field() -> None:
    space = parse_space("cnn", {"batch_size": "32|64", "epochs": "1..3"})
    assert [tuple(point.values()) for point in grid_points(space)] == [(a, b) for a in (32, 64) for b in (1, 2, 3)]
    with pytest.raises(UserError, match=r"a grid needs a list of values, but dropout is 0..0\.5"):
        list(grid_points(parse_space("cnn", {"dropout": "0..0.5"})))


def test_settings_are_stored_and_give_the_config_of_a_trial() -> None:
    space = {"hidden_units": "128 64|256", "learning_rate": "1e-4..1e-1 log"}
    settings = SweepSettings.of("a", RunConfig.from_preset("fast", "mlp"), space, trials=7)
    again = SweepSettings.from_json(settings.model_dump_json())
    assert again == settings
    config = again.config_of({"hidden_units": "256", "learning_rate": 0.02})
    assert config.to_flat() == settings.config.to_flat() | {"hidden_units": (256,), "learning_rate": 0.02}


def test_the_first_trial_of_a_search_has_the_values_of_the_config_if_the_space_has_them() -> None:
    wide = SweepSettings.of("a", BASE, {"learning_rate": "1e-4..1 log"})
    assert wide.first_params(0) == {"learning_rate": BASE.learning_rate}
    assert wide.first_params(1) is None
    assert SweepSettings.of("a", BASE, {"learning_rate": "1..2"}).first_params(0) is None


def test_a_part_of_a_grid_has_different_points() -> None:
    settings = SweepSettings.of("a", BASE, {"batch_size": "32|64", "epochs": "1..9"}, sampler="grid", trials=5)
    points = [tuple((settings.first_params(slot) or {}).values()) for slot in range(5)]
    assert len(set(points)) == 5
    assert points != sorted(points), "not only small batches"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "../a"}, "a sweep can't be called '../a'"),
        ({"name": "a\n"}, "a sweep can't be called"),
        ({"space": {}}, "nothing varies in this sweep"),
        ({"sampler": "cmaes"}, "sampler is 'cmaes'"),
        ({"pruner": "x"}, "pruner is 'x'"),
        ({"trials": 0}, "0 trials are not possible"),
        ({"takeover_seconds": 1}, "takeover is 1 s"),
        ({"sampler": "grid", "trials": 3}, "the grid has 2 points, not 3"),
    ],
)
def test_invalid_settings_are_refused(changes: dict[str, object], problem: str) -> None:
    given = {"name": "a", "config": BASE, "space": {"batch_size": "32|64"}} | changes
    with pytest.raises(UserError, match=problem.replace("..", r"\.\.")):
        SweepSettings.of(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [None, 3, "", "{}", '{"version": 2}', "[]"])
def test_foreign_settings_are_refused(text: object) -> None:
    with pytest.raises(UserError, match="holds no sweep that this version can read"):
        SweepSettings.from_json(text)
