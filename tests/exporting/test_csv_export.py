"""A run's metrics as CSV."""

import csv
from pathlib import Path

import a_run
import configs
import on_disk
import pytest
from commands import main
from event_factories import epoch_ended, run_resumed, run_started, steps_done

from fmnist_tui.events import to_line
from fmnist_tui.exporting.formats.csv_file import text_cell
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder

CONFIG = configs.CNN


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def test_a_run_has_one_row_for_each_epoch_in_its_own_folder(capsys: pytest.CaptureFixture[str]) -> None:
    folder = on_disk.a_finished_run("20260101-000000-cnn", CONFIG)
    assert main("export", "latest", "--format", "csv") == 0
    file = folder.exports / f"{folder.run}-epochs.csv"
    assert str(file) in capsys.readouterr().out
    first, second = rows(file)
    expected = a_run.epoch_ended(2)
    assert (first["epoch"], second["step"], second["run"]) == ("1", str(2 * a_run.STEPS), folder.run)
    assert float(second["validation_accuracy"]) == expected.validation_accuracy
    assert float(second["train_loss"]) == expected.train_loss
    assert second["is_best"] == "1"
    assert file.read_bytes().count(b"\r\n") == 3, "the line breaks of RFC 4180"


def test_steps_are_counted_from_the_start_of_the_run(tmp_path: Path) -> None:
    on_disk.a_finished_run("20260101-000000-cnn", CONFIG)
    target = tmp_path / "steps.csv"
    assert main("export", "latest", "--format", "csv-steps", "--output", str(target)) == 0
    steps = [int(row["step"]) for row in rows(target)]
    assert steps == list(range(10, 2 * a_run.STEPS + 1, 10))


def test_a_resumed_run_has_each_epoch_once_and_numbers_that_are_not_finite(tmp_path: Path) -> None:
    folder = RunFolder(runs_folder() / "=1+1")
    folder.path.mkdir(parents=True)
    events = [run_started(), epoch_ended(1), steps_done(2, 4), epoch_ended(2, 0.1), run_resumed(epoch=2, step=0)]
    events.append(epoch_ended(2, 0.9, train_loss=float("nan")))
    folder.events_file.write_text("".join(to_line(event) + "\n" for event in events) + '{"torn', encoding="utf-8")
    assert main("export", str(folder.run), "--format", "csv", "--output", str(tmp_path)) == 0
    found = rows(tmp_path / "=1+1-epochs.csv")
    assert [(row["epoch"], row["validation_accuracy"], row["train_loss"]) for row in found] == [
        ("1", "0.8", "0.4"),
        ("2", "0.9", "nan"),
    ]
    assert {row["run"] for row in found} == {"'=1+1"}


@pytest.mark.parametrize("start", list("=+-@"))
def test_no_text_is_a_formula(start: str) -> None:
    assert text_cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


def test_other_text_is_unchanged_apart_from_control_characters() -> None:
    assert text_cell('a "run", with\x1b[2J') == 'a "run", with�[2J'


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--format", "xls"], "format is 'xls', but must be one of csv, csv-steps, onnx"),
        (["--format", "csv", "--output", "/nowhere/a.csv"], "there is no folder '/nowhere'"),
        (["--format", "csv", "--output", "~nobody-here/a"], "can't write to"),
        (["--format", "csv", "--output", "/dev/null", "--force"], "'/dev/null' exists and is not an export"),
        (["--format", "state-dict", "--which", "epoch-9"], "has no checkpoint 'epoch-9'"),
    ],
)
def test_what_cannot_be_exported_is_an_error_in_one_line(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    on_disk.a_finished_run("20260101-000000-cnn", CONFIG)
    assert main("export", "latest", *arguments) in (1, 2)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert problem in captured.err
    assert captured.err.count("\n") == 1


def test_a_run_without_a_log_is_an_error_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    folder = on_disk.a_finished_run("20260101-000000-cnn", CONFIG)
    folder.events_file.unlink()
    assert main("export", "latest", "--format", "csv") == 1
    assert "events.jsonl" in capsys.readouterr().err
    assert list(folder.exports.iterdir()) == []
