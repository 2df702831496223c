"""`runs` with filters, order and columns, as a table and as CSV."""

import csv
import io
import json

import on_disk
import pytest
from commands import main

from fmnist_tui.config import RunConfig
from fmnist_tui.runs.labels import RunLabels, write_labels

CNN, MLP = (RunConfig.from_preset("fast", model) for model in ("cnn", "mlp"))


@pytest.fixture(autouse=True)
def _runs(home: object) -> None:
    """Write three runs: a cnn, an unfinished mlp, and a labeled cnn, the newest first."""
    on_disk.a_finished_run("run-1", CNN)
    on_disk.a_finished_run("run-2", MLP, age=100, is_over=False)
    labeled = on_disk.a_finished_run("run-3", CNN.model_copy(update={"learning_rate": 0.5}), age=200)
    write_labels(labeled, RunLabels(name="=cmd|'calc'!A0", note="@note\nline 2", tags=("paper", "v2")))


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Return the first word of each line below the headings."""
    assert main("runs", *arguments) == 0
    return [line.split()[0] for line in capsys.readouterr().out.splitlines()[2:]]


def test_runs_are_filtered_and_sorted(capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(capsys, "--columns", "run") == ["run-1", "run-2", "run-3"]
    assert listed(capsys, "model:cnn", "--columns", "run") == ["run-1", "run-3"]
    assert listed(capsys, "lr>0.1 or state:crashed", "--columns", "run") == ["run-2", "run-3"]
    assert listed(capsys, "-tag:paper", "model:cnn", "--columns=run") == ["run-1"]
    assert listed(capsys, "--sort", "-lr,run", "--columns", "run,lr")[0] == "run-3"
    assert listed(capsys, "run-", "--sort", "created", "--columns", "run") == ["run-3", "run-2", "run-1"]
    assert main("runs", "model:mlp", "--json") == 0
    assert [json.loads(line)["run"] for line in capsys.readouterr().out.splitlines()] == ["run-2"]


def test_a_word_for_one_run_shows_it_and_any_other_filters(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("runs", "run-2") == 0
    assert capsys.readouterr().out.startswith("run        run-2")
    assert listed(capsys, "run") == ["run-1", "run-2", "=cmd|'calc'!A0"], "the beginning of several"
    assert main("runs", "run-9") == 1
    assert "there is no run 'run-9'" in capsys.readouterr().err
    assert main("runs", "model:resnet") == 0
    assert capsys.readouterr().out == "none of 3 runs matches 'model:resnet'\n"


def test_a_table_in_a_pipe_has_every_usual_column_that_has_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("runs") == 0
    headings, rule, *lines = capsys.readouterr().out.splitlines()
    assert headings.split() == [
        *("run", "state", "model", "val", "%", "95", "%", "interval", "epoch", "epochs", "time", "tags", "created"),
        *("settings", "note"),
    ]
    assert set(rule) == {"─"}
    assert len(lines) == 3
    assert "lr 0.5" in lines[2]
    assert lines[2].endswith("@note line 2")


def test_csv_has_exact_values_and_no_formulas(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("runs", "--csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["run"] for row in rows] == ["run-1", "run-2", "run-3"]
    assert rows[2]["name"] == "'=cmd|'calc'!A0"
    assert rows[2]["note"] == "'@note\nline 2"
    assert (rows[2]["tag"], rows[2]["learning_rate"], rows[2]["test"]) == ("paper v2", "0.5", "")
    assert float(rows[0]["val"]) == 0.9187
    assert rows[0]["created"].startswith("20")
    assert "T" in rows[0]["created"]
    assert not {"hidden_units", "channels"} - set(rows[0])
    assert main("runs", "--csv", "--columns", "val,lr,name", "--sort", "lr") == 0
    assert capsys.readouterr().out.splitlines()[0] == "val,learning_rate,name"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lr>x"], "lr is compared with 'x', but it must be a number"),
        (["--sort", "leraning_rate"], "Perhaps you mean learning_rate"),
        (["--columns", "nme"], "Perhaps you mean name"),
        (["--csv", "--columns", "settings"], "settings"),
        (["--json", "--csv"], "--json prints everything"),
        (["--jsn"], "Did you mean --json?"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("runs", *arguments) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
