"""Runs on other datasets through the real command line, with generated files in the real format."""

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from commands import main
from drawn_images import draw_images

from fmnist_tui.datasets import DATASETS, DataFile
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.resolve import resolve_run


def idx(dims: tuple[int, ...], values: bytes) -> bytes:
    return b"\0\0\x08" + bytes([len(dims)]) + b"".join(dim.to_bytes(4, "big") for dim in dims) + values


def generate(name: str, folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write four small files, and let the dataset's spec expect exactly them."""
    folder.mkdir()
    files: list[DataFile] = []
    train, test = draw_images(1000, seed), draw_images(300, seed + 1)
    arrays = (train.images, train.labels, test.images, test.labels)
    for file, array in zip(DATASETS[name].files, arrays, strict=True):
        content = idx(tuple(array.shape), bytes(array.flatten().tolist()))
        packed = gzip.compress(content, mtime=0)
        (folder / f"{file.name}.gz").write_bytes(packed)
        known = {"gz_md5": hashlib.md5(packed).hexdigest()}
        if file.sha256:
            known = {"sha256": hashlib.sha256(content).hexdigest()}
        files.append(DataFile(file.name, tuple(array.shape), **known))
    monkeypatch.setitem(DATASETS, name, replace(DATASETS[name], files=tuple(files)))


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the files of KMNIST and MNIST."""
    for seed, name in enumerate(("kmnist", "mnist")):
        generate(name, tmp_path / name, 10 * seed, monkeypatch)
    return tmp_path


def train(name: str, folder: Path) -> RunFolder:
    arguments = ("--model", "logistic", "--epochs", "2", "--batch-size", "100", "--validation-size", "100")
    assert main("train", *arguments, "--dataset", name, "--data", str(folder)) == 0
    return resolve_run("latest")


@pytest.mark.parametrize(("name", "class_name"), [("kmnist", "tsu"), ("mnist", "3")])
def test_a_run_is_trained_tested_and_listed_with_its_datasets_names(
    name: str, class_name: str, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = train(name, files)
    assert f"{name.upper()} data · run" in capsys.readouterr().out
    assert (folder.config().dataset, folder.config().data) == (name, str(files))
    assert main("test", "latest", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["dataset"], report["images"]) == (name, 300)
    assert report["classes"][3]["name"] == class_name
    assert main("runs", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["dataset"], listed["test_evaluations"]) == (name, 1)
    assert main("runs") == 0
    assert name.upper() in capsys.readouterr().out


def test_another_dataset_is_evaluated_on_request_only_and_never_counted(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = train("kmnist", files / "kmnist")
    assert main("test", "latest", "--data", "demo") == 2, "a run on KMNIST can't be on the demo data"
    capsys.readouterr()
    file = tmp_path / "report.md"
    command = ("test", "latest", "--dataset", "mnist", "--data", str(files), "--report", str(file), "--json")
    assert main(*command) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["dataset"], report["classes"][3]["name"]) == ("mnist", "3")
    assert "| dataset | mnist |" in file.read_text(encoding="utf-8")
    assert not folder.reports()
    assert main("test", "latest", "--dataset", "kmnist", "--json") == 0
    assert len(folder.reports()) == 1, "its own dataset is its own, also if it is named"


def test_files_of_another_dataset_are_refused(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("train", "--model", "logistic", "--dataset", "kmnist", "--data", str(files / "mnist")) == 1
    error = capsys.readouterr().err
    assert "is from MNIST, which uses the same file names as KMNIST" in error


def test_the_files_of_a_dataset_are_shown(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("data", "--dataset", "kmnist", "--data", str(files)) == 0
    out = capsys.readouterr().out
    assert f"KMNIST: the folder '{files}'" in out
    assert out.count("verified") == 4
    assert main("data", "show", "--dataset", "mnist") == 1
    assert "MNIST is not on this machine" in capsys.readouterr().err
    assert main("data", "fetch", "--dataset", "cifar") == 2
    assert "must be one of fashion-mnist, kmnist, mnist, demo" in capsys.readouterr().err
