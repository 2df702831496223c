"""`fmnist-tui runs compare` in this process, on runs without a training."""

import csv
import io
import json
import re
from typing import Any

import pytest
from commands import main
from event_factories import run_ended, run_started

from fmnist_tui.config import RunConfig
from fmnist_tui.events import to_line
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, write_labels


def a_run(number: int, accuracy: float, name: str = "", *, is_marked: bool = False, **values: Any) -> RunFolder:
    config = RunConfig.from_flat({"model": "mlp", "validation_size": 1000, **values})
    folder = RunFolder(runs_folder() / f"2026010{number}-000000-mlp")
    folder.path.mkdir(parents=True)
    folder.write_config(config)
    events = [run_started(config, time=number), run_ended(best_validation_accuracy=accuracy, epochs=3, best_epoch=2)]
    folder.events_file.write_text("".join(to_line(event) + "\n" for event in events))
    write_labels(folder, RunLabels(name=name, is_marked=is_marked))
    return folder


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main("runs", "compare", *arguments) == 0
    return capsys.readouterr().out


def test_results_and_differing_settings_are_printed_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    a_run(1, 0.9, "[red]slow", learning_rate=0.001), a_run(2, 0.95, learning_rate=0.01)
    out = output(capsys, "[red]slow", "20260102")
    assert out.startswith("A  [red]slow · 20260101-000000-mlp\nB  20260102-000000-mlp\n")
    lines = [line.split() for line in out.splitlines()]
    assert ["best", "validation", "%", "90.00", "★", "95.00"] in lines
    assert ["learning", "rate", "0.001", "0.01"] in lines
    assert not any("batch" in line for line in lines)


def test_the_marked_runs_are_compared_if_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    a_run(1, 0.9), a_run(3, 0.92, is_marked=True, seed=1), a_run(2, 0.90, is_marked=True)
    found = json.loads(output(capsys, "--json"))
    assert [run["run"][:8] for run in found["runs"]] == ["20260102", "20260103"]
    assert found["settings"] == {
        "seed": {"A": {"value": 0, "assumed": False}, "B": {"value": 1, "assumed": False}},
    }
    (repeats,) = found["repeats"]
    assert repeats["runs"] == ["A", "B"]
    assert repeats["validation"]["value"] == pytest.approx(0.91)
    assert repeats["validation"]["high"] == 1.0, "the interval of two runs is wide, but ends at 100 %"
    assert repeats["test"] is None


def test_csv_has_a_line_for_each_run_and_no_formula(capsys: pytest.CaptureFixture[str]) -> None:
    a_run(1, 0.9, "=1+1", seed=3), a_run(2, 0.9)
    first, second = csv.DictReader(io.StringIO(output(capsys, "20260101", "20260102", "--csv")))
    assert (first["name"], first["seed"], second["seed"]) == ("'=1+1", "3", "0")
    assert float(first["validation_low"]) < float(first["validation_accuracy"]) < float(first["validation_high"])
    assert (first["repeats"], first["test_accuracy"]) == ("AB", "")


def test_sentences_name_each_run_and_the_mean_of_repeats(capsys: pytest.CaptureFixture[str]) -> None:
    a_run(1, 0.90, "first"), a_run(2, 0.92, seed=1)
    out = output(capsys, "first", "20260102", "--plain")
    assert out.splitlines()[0] == "Run A is first."
    assert "Best validation %: A 90.00, B 92.00." in out
    assert "A, B are repeats: mean validation accuracy 91.00 % (95 % interval 78.29 – 100.00)." in out


def test_eight_runs_fit_into_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    names = [a_run(number, 0.9, seed=number).run for number in range(1, 9)]
    out = output(capsys, *names)
    assert "…" not in out
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in out.splitlines()]
    assert max(len(line) for line in lines if line.startswith(" ")) <= 60


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 1, "0 runs are marked. Name two to eight runs, or mark them with `fmnist-tui runs mark RUN...`."),
        (("20260101",), 1, "a single run can't be compared. Choose 2 to 8 runs."),
        (("20260101", "20260101"), 1, "a run can't be compared with itself. Name each run once."),
        (("20260101", "20260102", "--csv", "--json"), 2, "--csv excludes --json and --plain. Give one of them."),
    ],
)
def test_what_can_not_be_compared_is_one_line(
    arguments: tuple[str, ...], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    a_run(1, 0.9)
    assert main("runs", "compare", *arguments) == code
    assert capsys.readouterr().err.splitlines()[0] == f"fmnist-tui: {message}"
