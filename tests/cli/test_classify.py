"""`fmnist-tui classify` and `test --report` in this process, on small data."""

import json
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from commands import main
from PIL import Image

from fmnist_tui.checkpoints.manifest import manifest_file
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.data.photos import read_photograph
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST
from fmnist_tui.evaluation.classifier import Classifier
from fmnist_tui.runs.resolve import resolve_run


@pytest.fixture(autouse=True)
def _a_run(_small_data: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("train", "--model", "logistic", "--epochs", "5", "--batch-size", "100", "--data", "demo") == 0
    capsys.readouterr()


@pytest.fixture
def shirt(tmp_path: Path) -> Path:
    file = tmp_path / "[b]shirt.png"
    pixels = np.full((60, 60), 255, np.uint8)
    pixels[10:50, 20:40] = 30
    Image.fromarray(pixels, "L").save(file)
    return file


def test_the_most_probable_classes_are_printed(shirt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("classify", str(shirt)) == 0
    out = capsys.readouterr().out
    assert "[b]shirt.png: " in out
    assert sum(name in out for name in FASHION_MNIST.classes) == 3


def test_json_contains_the_networks_probabilities(shirt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("classify", str(shirt), str(shirt), "--json") == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == second
    probabilities = first["probabilities"]
    assert sum(probabilities.values()) == pytest.approx(1.0)
    assert first["class"] == max(probabilities, key=probabilities.get)
    classifier = Classifier(manifest_file(resolve_run("latest").checkpoints, "best"))
    expected = classifier.probabilities(read_photograph(shirt)[None])[0]
    assert [probabilities[name] for name in FASHION_MNIST.classes] == pytest.approx(expected.tolist())


def test_one_bad_file_does_not_stop_the_others(shirt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "note.txt").write_text("not an image")
    assert main("classify", str(tmp_path / "note.txt"), str(shirt)) == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "note.txt" in captured.err
    assert "shirt.png: " in captured.out


def test_an_image_that_takes_too_much_memory_is_a_one_line_error(
    shirt: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fmnist_tui.data.photos.as_dataset_image", Mock(side_effect=MemoryError))
    assert main("classify", str(shirt)) == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "needs more memory than is available" in captured.err


def test_no_file_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("classify") == 2
    assert "fmnist-tui classify shirt.jpg" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["report.json", "report.md", "report.html"])
def test_test_writes_a_report_in_addition_to_its_output(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("test", "latest", "--report", str(tmp_path / name)) == 0
    captured = capsys.readouterr()
    assert "95 % interval" in captured.out
    assert name in captured.err
    text = (tmp_path / name).read_text(encoding="utf-8")
    (report,) = resolve_run("latest").reports()
    assert f"{report.accuracy:.2%}" in text.replace("&nbsp;%", "%").replace(" %", "%") or str(report.accuracy) in text
    assert main("test", "latest", "--split", "validation", "--report", str(tmp_path / name)) == 0


def test_a_report_uses_the_split_of_the_checkpoints_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_dataset: Dataset
) -> None:
    sizes = []

    def load(config: RunConfig, *_arguments: object) -> Dataset:
        sizes.append(config.validation_size)
        return small_dataset

    for module in ("engine.evaluate", "data.dataset"):
        monkeypatch.setattr(f"fmnist_tui.{module}.load_dataset", load)
    folder = resolve_run("latest")
    folder.write_config(folder.config().model_copy(update={"validation_size": 100}))
    file = tmp_path / "report.html"
    assert main("test", "latest", "--split", "validation", "--report", str(file)) == 0
    assert sizes == [10_000] * 2, "one for the evaluation, one for the images"


def test_an_unknown_report_format_is_refused_before_the_test_set_is_evaluated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main("test", "latest", "--report", "report.pdf") == 2
    assert ".html" in capsys.readouterr().err
    assert not resolve_run("latest").reports()
