"""Filter expressions of lists of runs."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_tui.runs.filter import MAX_LENGTH, FilterError, parse_filter
from fmnist_tui.runs.run_fields import ALIASES, FIELDS, Kind, hyperparameter_fields
from fmnist_tui.runs.summary import RunSummary

NOVEMBER_1 = time.mktime((2026, 11, 1, 15, 30, 0, 0, 0, -1))


def a_run(**values: object) -> RunSummary:
    settings = values.pop("settings", {})
    return RunSummary(Path("runs"), "20261101-153000-cnn", settings_json=json.dumps(settings))._replace(**values)


PAPER = a_run(
    model="cnn",
    name="Big [red]run",
    note="used in the paper",
    tags=("paper", "Final"),
    is_marked=True,
    state="finished",
    created=NOVEMBER_1,
    epochs=10,
    planned_epochs=12,
    best_epoch=7,
    best_validation_accuracy=0.92137,
    test_accuracy=0.9,
    active_seconds=330.2,
    settings={
        "model": "cnn",
        "dataset": "kmnist",
        "learning_rate": 0.001,
        "batch_size": 10_000,
        "optimizer": "adamw",
        "horizontal_flip": True,
        "hidden_units": [128, 64],
    },
)
UNREADABLE = a_run()
"""A run of which nothing can be read."""


MATCHING = [
    "",
    "  ",
    "model:cnn",
    "MODEL = CNN",
    "model!=mlp",
    "model:~n",
    "lr>=1e-3",
    "lr<=.001 learning-rate:0.001 LEARNING_RATE==1e-3",
    "bs:10,000",
    "bs>9999",
    "opt:adamw",
    "hidden:~128",
    'hidden_units:"128 64"',
    "flip:on horizontal_flip!=no",
    "state:finished",
    "state:fin",
    "val>0.92",
    "val>92%",
    "val > 92 %",
    "val:92.14%",
    "val:0.9214",
    "val>=92.14 val<=92.14",
    "(val>92 %)",
    "test<0.9001",
    "epochs<11 epoch:7 planned>10",
    "duration>5m",
    "duration:5m30s",
    "duration:5:30",
    "duration<1.5h duration<1:00:00 duration>329",
    "created:2026-11-01",
    "created:2026",
    "created:2026-11",
    "created:2026-11-01T15:30",
    "created>2026-10-31",
    "created>=2026-11-01 created<=2026-11-01",
    "created<2026-11-02",
    "tag:paper",
    "tag:final",
    "-tag:draft",
    "tag!=draft",
    "not tag:draft",
    "-(tag:draft or model:mlp)",
    "marked:yes",
    "name:~big",
    'name:"big [red]run"',
    '"in the paper"',
    '"in the pap',
    "20261101 BIG paper used cnn",
    "model:mlp or tag:paper",
    "model:mlp tag:draft or tag:paper",
    "(model:mlp or model:cnn) and paper",
    "not not paper",
    "[red]",
    "dataset:kmnist",
]

OTHERS = [
    "model:cn",
    "model:mlp",
    "-model:cnn",
    "lr>0.001",
    "lr<0.001",
    "lr!=0.001",
    "val>92.14%",
    "val<92.14%",
    "duration>5m30s",
    "created>2026-11-01",
    "created<2026-11-01",
    "tag!=paper",
    "tag:pap",
    "marked:no",
    "epochs>10",
    "state:failed",
    "mlp",
    "cnn mlp",
    "tag:paper (model:mlp or model:resnet)",
    "seed>=0",
    "seed!=1",
]


def test_a_run_matches_what_is_true_of_it() -> None:
    assert [text for text in MATCHING if not parse_filter(text)(PAPER)] == []


def test_a_run_does_not_match_what_is_not_true_of_it() -> None:
    assert [text for text in OTHERS if parse_filter(text)(PAPER)] == []


def test_a_missing_value_matches_no_comparison() -> None:
    present = {"run", "state", "epochs", "tag", "marked"}  # of every run, readable or not
    values = {Kind.SWITCH: "on", Kind.DURATION: "1s", Kind.MOMENT: "2026"}
    for name, field in {**FIELDS, **hyperparameter_fields()}.items():
        for operator in ("=", "!=", *(["<", "<=", ">", ">="] if field.kind.is_ordered else [])):
            text = f"{name}{operator}{values.get(field.kind, '1')}"
            assert name in present or not parse_filter(text)(UNREADABLE), text


def test_every_short_name_is_that_of_a_field() -> None:
    assert set(ALIASES.values()) <= {*FIELDS, *hyperparameter_fields()}
    assert not set(ALIASES) & {*FIELDS, *hyperparameter_fields()}


ERRORS = [
    ("lr>abc", 3, "lr is compared with 'abc', but it must be a number"),
    ("paper lr > 1,5", 11, "'1,5'"),
    ("lr:nan", 3, "a number"),
    ("lr>1e999", 3, "a number"),
    ("lr:", 0, "'lr:' has no value. Add a number"),
    ("lr >", 0, "'lr>' has no value"),
    ("leraning_rate>1", 0, "'leraning_rate' is no field of a run. Perhaps you mean learning_rate"),
    ("x sate:finished", 2, "Perhaps you mean state"),
    ("state:ended", 6, "one of finished, stopped, failed"),
    ("state:", 0, "Add one of finished"),
    ("val>101", 4, "an accuracy such as 0.92 or 92%"),
    ("duration>5x", 9, "5m or 1h30m"),
    ("created>2026-13-01", 8, "2026-11-01"),
    ("flip:maybe", 5, "on or off"),
    ("flip>on", 0, "Use = or !="),
    ("lr~1", 0, "Use = != < <= > >="),
    ("model>cnn", 6, "model is text and can't be compared by '>'. Use : != or :~"),
    ("1e-3<lr", 0, "Write the field first"),
    ("(a or b", 0, "a parenthesis is not closed. Add )"),
    ("a)", 1, "closed that is not open"),
    ("()", 0, "nothing follows '('"),
    ("a or", 2, "nothing follows 'or'"),
    ("or a", 0, "a term is missing"),
    ("not", 0, "nothing follows 'not'"),
    ("a and", 2, "nothing follows 'and'"),
    ("(" * 40, 30, "more than 30 parentheses"),
    ("a" * (MAX_LENGTH + 1), MAX_LENGTH, "Use at most 1,000"),
]


def test_an_error_has_its_place_and_a_fix() -> None:
    for text, position, words in ERRORS:
        with pytest.raises(FilterError) as caught:
            parse_filter(text)
        assert caught.value.position == position, text
        assert words in caught.value.line()


PIECES = st.sampled_from(
    [
        *(
            " ",
            "(",
            ")",
            "-",
            "not ",
            " or ",
            " and ",
            '"',
            "%",
            ":",
            ">=",
            "<",
            "!=",
            "~",
            "=",
            "lr",
            "val",
            "state",
            "tag",
        ),
        *(
            "created",
            "duration",
            "flip",
            "1e-3",
            "0.92",
            "5m",
            "2026-11-01",
            "9999-12-31",
            "finished",
            "on",
            "x",
            "\x1b[",
            "é",
            "²",
        ),
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=20).map("".join)))
def test_any_text_is_a_filter_or_has_an_error_within_it(text: str) -> None:
    try:
        matches = parse_filter(text)
    except FilterError as error:
        assert 0 <= error.start <= error.position <= len(text)
        assert error.line().isprintable()
    else:
        assert matches(PAPER) in (True, False)
        assert matches(UNREADABLE) in (True, False)


TERMS = st.sampled_from(["model:cnn", "lr>1", "tag:paper", "seed:1", "cnn", '"no such"', "val>=92%"])


@given(TERMS, TERMS, TERMS)
def test_terms_are_combined_like_truth_values(a: str, b: str, c: str) -> None:
    run = PAPER
    is_a, is_b, is_c = (parse_filter(term)(run) for term in (a, b, c))
    assert parse_filter(f"{a} {b} or {c}")(run) == ((is_a and is_b) or is_c)
    assert parse_filter(f"{a} ({b} or {c})")(run) == (is_a and (is_b or is_c))
    assert parse_filter(f"-({a} or not {b})")(run) == (not (is_a or not is_b))
