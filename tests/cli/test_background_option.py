"""`--background` on the command line; how the process itself behaves is tested in `tests/engine/test_background.py`."""

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest
from commands import main

from fmnist_tui.cli import resume as resume_command
from fmnist_tui.cli import train as train_command
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.background import BackgroundRun, create_run
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, read_labels

TRAIN = ["train", "--background", "--model", "logistic", "--data", "demo"]


def a_process() -> "subprocess.Popen[bytes]":
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process


@pytest.fixture
def resumed(monkeypatch: pytest.MonkeyPatch) -> list[ResumeOverrides | None]:
    """Start no training; record what would be resumed."""
    found: list[ResumeOverrides | None] = []

    def train(config: RunConfig, labels: RunLabels | None, *, sinks: Sequence[str], processes: int) -> BackgroundRun:
        return BackgroundRun(create_run(config, labels), a_process())

    def resume(
        folder: RunFolder, overrides: ResumeOverrides | None, *, sinks: Sequence[str], processes: int
    ) -> BackgroundRun:
        found.append(overrides)
        return BackgroundRun(folder, a_process())

    monkeypatch.setattr(train_command, "train_in_background", train)
    monkeypatch.setattr(resume_command, "resume_in_background", resume)
    return found


@pytest.mark.usefixtures("resumed")
def test_train_prints_the_run_and_how_it_is_controlled(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*TRAIN, "--name", "mine") == 0
    (folder,) = map(RunFolder, runs_folder().iterdir())
    assert read_labels(folder).name == "mine"
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"Run {folder.run} trains in the background, in process ")
    assert [line.split() for line in lines[1:]] == [
        ["fmnist-tui", command, folder.run] for command in ("watch", "pause", "stop")
    ]
    assert main("resume", "mine", "--background", "--plain") == 0
    assert f"To stop and save it, type `fmnist-tui stop {folder.run}`." in capsys.readouterr().out


def test_json_has_the_run_its_process_and_its_folder(
    resumed: list[ResumeOverrides | None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*TRAIN, "--json") == 0
    (folder,) = runs_folder().iterdir()
    printed = json.loads(capsys.readouterr().out)
    assert printed == {"run": folder.name, "pid": printed["pid"], "folder": str(folder)}
    assert main("resume", "latest", "--background", "--json", "--epochs", "30") == 0
    assert json.loads(capsys.readouterr().out)["run"] == folder.name
    assert resumed == [ResumeOverrides(30)]


@pytest.mark.usefixtures("resumed")
def test_what_is_invalid_makes_no_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*TRAIN, "--sink", "nothing") == 2
    assert main(*TRAIN, "--epochs", "many") == 2
    assert "sink is 'nothing'" in capsys.readouterr().err
    assert not runs_folder().exists()
