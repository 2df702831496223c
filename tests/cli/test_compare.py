"""`fmnist-tui compare` in this process, on small data."""

import json
from pathlib import Path

import numpy as np
import pytest
from commands import main

from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, write_labels
from fmnist_tui.runs.resolve import resolve_run


def train(epochs: int) -> RunFolder:
    arguments = ["--epochs", str(epochs), "--batch-size", "100", "--learning-rate", "1e-4", "--data", "demo"]
    assert main("train", "--model", "logistic", *arguments) == 0
    return resolve_run("latest")


def test_two_runs_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    weak, strong = train(1), train(30)
    capsys.readouterr()
    assert main("compare", weak.run, strong.run, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["a"]["run"], result["b"]["run"], result["split"]) == (weak.run, strong.run, "validation")
    assert result["difference"] > 0.1
    assert result["low"] < result["difference"] < result["high"]
    assert result["p_value"] < 1e-3
    correct = {letter: result[letter]["accuracy"] * result["images"] for letter in "ab"}
    assert len(result["gained"]) - len(result["lost"]) == pytest.approx(correct["b"] - correct["a"])
    assert main("compare", weak.run, strong.run) == 0
    out = capsys.readouterr().out
    assert "B is better" in out
    assert f"only B correct: {len(result['gained'])} images" in out


def test_a_run_does_not_differ_from_itself(capsys: pytest.CaptureFixture[str]) -> None:
    folder = train(1)
    write_labels(folder, RunLabels(name="[red]base"))
    assert main("compare", "latest", "latest") == 0
    out = capsys.readouterr().out
    assert "no significant difference" in out
    assert out.count(f"[red]base ({folder.run}) · logistic") == 2
    assert main("test", "latest", "--split", "validation") == 0
    assert main("test", "latest", "--split", "validation", "--plain") == 0
    assert capsys.readouterr().out.count(f"run [red]base ({folder.run})") == 2


def test_a_stored_evaluation_is_reused() -> None:
    folder = train(1)
    for _ in range(2):
        assert main("compare", "latest", "latest", "--split", "test") == 0
    assert len(folder.reports()) == 1, "one test-set evaluation"
    main("test", "latest")
    assert len(folder.reports()) == 2, "each test is an evaluation"


def test_predictions_saved_with_the_run_give_the_reports_figures() -> None:
    folder = train(2)
    main("test", "latest")
    (report,) = folder.reports()
    predictions = folder.predictions(report)
    assert float(predictions.is_correct.mean()) == pytest.approx(report.accuracy)
    assert np.array_equal(predictions.confusion, report.confusion)
    assert float(predictions.losses.mean()) == pytest.approx(report.loss, rel=1e-5)


def damage(file: Path) -> None:
    file.write_bytes(b"nonsense")


def test_damaged_predictions_are_computed_again() -> None:
    folder = train(1)
    main("compare", "latest", "latest")
    (file,) = folder.evaluations.glob("*.safetensors")
    damage(file)
    assert main("compare", "latest", "latest") == 0
    assert len(folder.reports()) == 2


def test_a_checkpoint_saved_since_is_evaluated_again() -> None:
    folder = train(1)
    main("compare", "latest", "latest")
    assert main("resume", folder.run, "--epochs", "2") == 0
    main("compare", folder.run, folder.run, "--which", "last")
    assert {report.epoch for report in folder.reports()} == {1, 2}


def test_a_damaged_checkpoint_is_a_one_line_error(capsys: pytest.CaptureFixture[str]) -> None:
    folder = train(1)
    damage(folder.checkpoints / "best.json")
    capsys.readouterr()
    assert main("compare", "latest", "latest") == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "best.json" in captured.err


def test_a_chosen_epoch_is_compared_and_tested(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--epochs", "4", "--checkpoint-every", "2", "--batch-size", "100", "--data", "demo"]
    assert main("train", "--model", "logistic", *arguments) == 0
    capsys.readouterr()
    assert main("compare", "latest", "latest", "--which", "epoch-2", "--which-b", "epoch-4", "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert [(result[letter]["checkpoint"], result[letter]["epoch"]) for letter in "ab"] == [
        ("epoch-2", 2),
        ("epoch-4", 4),
    ]
    assert main("test", "latest", "--which", "epoch-2", "--json") == 0
    assert json.loads(capsys.readouterr().out)["epoch"] == 2


def test_an_epoch_that_was_not_saved_is_an_error_that_lists_the_saved_ones(capsys: pytest.CaptureFixture[str]) -> None:
    folder = train(1)
    capsys.readouterr()
    assert main("test", "latest", "--which", "epoch-3") == 1
    error = capsys.readouterr().err
    assert f"run '{folder.run}' has no checkpoint 'epoch-3'; it has best, last. " in error
    assert "--checkpoint-every" in error
