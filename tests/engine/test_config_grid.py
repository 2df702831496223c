"""Lists of values in fields, and their combinations."""

import pytest

from fmnist_tui.config import run_specs, specs_for
from fmnist_tui.engine.config_grid import MAX_RUNS, combinations, is_list, listed_values
from fmnist_tui.errors import UserError

SPECS = {spec.name: spec for spec in (*run_specs(), *specs_for("mlp"))}


@pytest.mark.parametrize(
    ("field", "text", "values"),
    [
        ("learning_rate", "1e-3,3e-3", ("1e-3", "3e-3")),
        ("learning_rate", " 1e-3 , 3e-3, 1e-3 ", ("1e-3", "3e-3")),
        ("batch_size", "64", ("64",)),
        ("optimizer", "adam,sgd", ("adam", "sgd")),
        ("hidden_units", "128, 64", ("128, 64",)),
        ("data", "/a,b", ("/a,b",)),
        ("horizontal_flip", "on", ("on",)),
    ],
)
def test_numbers_and_choices_may_have_several_values(field: str, text: str, values: tuple[str, ...]) -> None:
    assert listed_values(SPECS[field], text) == values


@pytest.mark.parametrize(
    ("field", "text", "is_so"),
    [
        ("batch_size", "64, 128", True),
        ("batch_size", "64", False),
        ("batch_size", "64, 64", False),
        ("batch_size", "64,", False),
        ("batch_size", "64, many", False),
        ("learning_rate", "0,5", False),
        ("hidden_units", "128, 64", False),
    ],
)
def test_a_list_has_several_values_all_of_them_valid(field: str, text: str, is_so: bool) -> None:
    assert is_list(SPECS[field], text) is is_so


def test_the_first_field_varies_slowest() -> None:
    assert [tuple(one.values()) for one in combinations({"a": ["1", "2"], "b": ["x"], "c": ["3", "4"]})] == [
        ("1", "x", "3"),
        ("1", "x", "4"),
        ("2", "x", "3"),
        ("2", "x", "4"),
    ]


def test_too_many_runs_are_refused_without_being_made() -> None:
    many = [str(number) for number in range(10_000)]
    with pytest.raises(UserError, match=r"10000 × 10000 × 2 = 200,000,000 runs are too many. Queue at most 200"):
        combinations({"a": many, "b": many, "c": ["1", "2"], "d": ["1"]})
    assert len(combinations({"a": many[:MAX_RUNS]})) == MAX_RUNS
