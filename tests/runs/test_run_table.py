"""Columns, order and widths of a list of runs."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_tui.errors import UserError
from fmnist_tui.runs.column_widths import Wanted, fit
from fmnist_tui.runs.columns import COLUMNS, USUAL, column_named, columns_named
from fmnist_tui.runs.run_fields import hyperparameter_fields
from fmnist_tui.runs.run_table import make_table
from fmnist_tui.runs.sorting import parse_order, sorted_runs
from fmnist_tui.runs.summary import RunSummary


def a_run(run: str, settings: dict[str, object] | None = None, **values: object) -> RunSummary:
    return RunSummary(Path("runs"), run, settings_json=json.dumps(settings or {}))._replace(**values)


def column(runs: list[RunSummary], name: str) -> list[str]:
    return [row[0] for row in make_table(runs, [column_named(name)]).rows]


def test_only_settings_in_which_the_listed_runs_differ_are_shown() -> None:
    both = {"batch_size": 128, "threads": 2, "horizontal_flip": True}
    a = a_run("a", {**both, "learning_rate": 0.001, "seed": 1})
    b = a_run("b", {**both, "learning_rate": 1e-05, "seed": 1, "hidden_units": [128, 64]})
    c = a_run("c", {**both, "learning_rate": 0.001, "seed": 2, "threads": 4})
    assert column([a, b], "settings") == ["lr 0.001", "lr 1e-05"]
    assert column([a, b, c], "settings") == ["lr 0.001 · seed 1", "lr 1e-05 · seed 1", "lr 0.001 · seed 2"]
    assert column([a], "settings") == [""]
    assert column([a_run("unreadable"), a], "settings") == ["", ""]


def test_every_column_shows_a_run_of_which_nothing_can_be_read() -> None:
    run = a_run("\x1b]0;x\x07 [red]", problem="its config can't be read", created=1e300, best_validation_accuracy=7.0)
    columns = columns_named([*COLUMNS, *hyperparameter_fields()])
    table = make_table([run], columns)
    assert len(table.rows[0]) == len(columns) == len(table.needs)
    assert all(text.isprintable() for text in table.rows[0])
    assert table.rows[0][0] == "△"
    for one in columns:
        if one.value is not None:
            assert sorted_runs([run, run], parse_order(f"-{one.name}")) == [run, run]


def test_hyperparameters_are_columns_under_their_short_names() -> None:
    run = a_run("a", {"learning_rate": 0.001, "seed": 2_147_483_647, "horizontal_flip": False, "hidden_units": [9, 8]})
    table = make_table([run, a_run("b")], columns_named(["lr", "seed", "flip", "hidden-units"]))
    assert table.headings == ("lr", "seed", "flip", "hidden")
    assert table.rows == [("0.001", "2147483647", "off", "9 8"), ("–", "–", "–", "–")]


def test_columns_without_a_text_are_left_out_unless_they_were_asked_for() -> None:
    runs = [a_run("a", state="finished", tags=("paper",))]
    columns = columns_named(USUAL)
    assert [one.name for one in make_table(runs, columns, with_empty=False).columns] == [
        "name",
        "state",
        "epochs",
        "tag",
    ]
    assert len(make_table(runs, columns).columns) == len(USUAL)


def test_the_heading_of_the_first_key_has_an_arrow() -> None:
    columns = columns_named(["name", "val", "marked"])
    assert make_table([], columns, order=parse_order("-val,name")).headings == ("run", "val % ▼", "")
    assert make_table([], columns, order=parse_order("marked")).headings == ("run", "val %", "▲")


ACCURACIES = st.one_of(st.none(), st.floats(0, 1), st.just(float("nan")))


@given(st.lists(st.tuples(ACCURACIES, st.integers(0, 3))))
def test_missing_values_are_last_both_ways_and_equal_runs_stay_in_their_order(figures: list[tuple[float, int]]) -> None:
    runs = [
        a_run(str(number), best_validation_accuracy=val, epochs=epochs) for number, (val, epochs) in enumerate(figures)
    ]
    for sign in (1, -1):
        minus = "-" * (sign < 0)
        listed = sorted_runs(runs, parse_order(f"{minus}val,{minus}epochs"))
        known = [run for run in listed if COLUMNS["val"].value and COLUMNS["val"].value(run) is not None]
        assert listed[: len(known)] == known
        keys = [(sign * (run.best_validation_accuracy or 0), sign * run.epochs, int(run.run)) for run in known]
        assert keys == sorted(keys)
        assert sorted(listed, key=lambda run: int(run.run)) == runs


def test_text_is_sorted_regardless_of_case_and_tags_by_the_first() -> None:
    runs = [a_run("b", name="zeta"), a_run("a", name="Beta", tags=("x",)), a_run("c", name="alpha", tags=("b", "z"))]
    assert [run.name for run in sorted_runs(runs, parse_order("name"))] == ["alpha", "Beta", "zeta"]
    assert [run.run for run in sorted_runs(runs, parse_order("tags"))] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-learnin_rate", "'learnin_rate' is no column. Perhaps you mean learning_rate"),
        ("val,tset", "Perhaps you mean test"),
        ("settings", "runs can't be sorted by settings"),
    ],
)
def test_an_unknown_column_has_the_nearest_names_as_its_fix(text: str, words: str) -> None:
    with pytest.raises(UserError, match=words.replace(".", r"\.")):
        parse_order(text)


WANTED = st.builds(Wanted, st.integers(0, 60), st.sampled_from([0, 8, 16]), st.integers(0, 9))


@given(st.lists(WANTED, min_size=1, max_size=12), st.integers(1, 200))
def test_columns_fit_by_their_priority(columns: list[Wanted], room: int) -> None:
    shown = fit(columns, room)
    places = [place for place, _width in shown]
    assert places == sorted(places)
    assert len(shown) == 1 or sum(width for _place, width in shown) + len(shown) - 1 <= room
    left_out = [wanted for place, wanted in enumerate(columns) if place not in places]
    assert all(columns[place].priority >= wanted.priority for place in places for wanted in left_out)
    for place, width in shown:
        assert columns[place].least <= width <= columns[place].width


def test_one_long_text_does_not_cut_the_others_while_there_is_room() -> None:
    columns = [Wanted(200, 16, 9), Wanted(30, 18, 8), Wanted(10, 0, 7)]
    assert fit(columns, 100) == [(0, 58), (1, 30), (2, 10)]
