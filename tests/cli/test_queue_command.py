"""The command `queue`; nothing is trained."""

import json
import sys

import pytest
from commands import main

from fmnist_tui.cli import queue as queue_command
from fmnist_tui.engine import queue as queue_engine
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import read_labels
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.queue import read_queue
from fmnist_tui.runs.trash import list_trash

ADD = ["queue", "add", "--model", "logistic", "--data", "demo"]
FOUR = ["--learning-rate", "1e-3,3e-3", "--batch-size", "64,128"]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Start no process that works on the queue; record that one would be."""
    found: list[str] = []
    monkeypatch.setattr(queue_engine, "start_worker", lambda: found.append("worker"))
    return found


def queued() -> list[RunFolder]:
    return [RunFolder(runs_folder() / run) for run in read_queue().runs]


def test_each_combination_of_values_is_a_run(started: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*ADD, *FOUR, "--yes", "--name", "sweep", "--tag", "paper") == 0
    configs = [folder.config() for folder in queued()]
    assert [(config.learning_rate, config.batch_size) for config in configs] == [
        (0.001, 64),
        (0.003, 64),
        (0.001, 128),
        (0.003, 128),
    ]
    assert [read_labels(folder).name for folder in queued()] == ["sweep-1", "sweep-2", "sweep-3", "sweep-4"]
    assert {read_labels(folder).tags for folder in queued()} == {("paper",)}
    assert main(*ADD, "--seed", "1,2", "--yes", "--name", "sweep") == 0
    assert [read_labels(folder).name for folder in queued()[4:]] == ["sweep-5", "sweep-6"]
    assert started == ["worker"] * 2
    assert capsys.readouterr().out.startswith("4 runs are queued.\n")


@pytest.mark.usefixtures("started")
def test_models_may_be_several_with_the_options_that_all_of_them_have() -> None:
    assert main("queue", "add", "--model", "logistic, mlp", "--seed", "1,2", "--data", "demo", "--yes") == 0
    assert [(folder.config().model_name, folder.config().seed) for folder in queued()] == [
        ("logistic", 1),
        ("logistic", 2),
        ("mlp", 1),
        ("mlp", 2),
    ]
    assert main("queue", "add", "--model", "logistic,mlp", "--dropout", "0.1", "--yes") == 2
    assert main("queue", "add", "--model", "mlp", "--hidden-units", "128,64", "--data", "demo") == 0, "one value"


@pytest.mark.usefixtures("started")
def test_a_run_is_repeated_with_other_seeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*ADD, "--epochs", "7", "--name", "base", "--tag", "paper") == 0
    (original,) = queued()
    assert main("queue", "add", "--from", "base", "--repeats", "2", "--yes") == 0
    assert main("queue", "add", "--from", "base", "--repeats", "2", "--batch-size", "32,64", "--yes") == 0
    repeats = [(folder.config().seed, read_labels(folder)) for folder in queued()[1:]]
    assert [seed for seed, _labels in repeats] == [1, 2, 1, 2, 1, 2]
    assert [labels.name for _seed, labels in repeats] == [f"base-{number}" for number in range(1, 7)]
    assert {labels.tags for _seed, labels in repeats} == {("paper",)}
    assert {folder.config().epochs for folder in queued()} == {7}
    assert main("queue", "add", "--from", "base", "--epochs", "8") == 0
    assert queued()[-1].config() == original.config().model_copy(update={"epochs": 8})
    capsys.readouterr()
    for arguments in (
        ("--from", "base", "--model", "cnn"),
        ("--from", "base", "--hidden-units", "3"),
        ("--repeats", "1"),
        ("--repeats", "2", "--seed", "3"),
        ("--repeats", "20", "--batch-size", "1,2,3,4,5,6,7,8,9,10,11"),
    ):
        assert main("queue", "add", *arguments, "--yes") == 2
    assert main("queue", "add", "--from", "nosuch", "--yes") == 1
    assert len(queued()) == 8
    assert capsys.readouterr().err.count("\n") == 6


@pytest.mark.parametrize(("answer", "number"), [("y", 4), ("n", 0), ("", 0)])
def test_several_runs_are_shown_and_confirmed(
    started: list[str],
    answer: str,
    number: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    questions: list[str] = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: questions.append(question) or answer)
    main(*ADD, *FOUR)
    assert questions == ["Queue these 4 runs? [y/N] "]
    assert len(queued()) == number
    assert len(started) == (number > 0)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["1", "64", "0.001"] in rows
    assert ["4", "128", "0.003"] in rows


def test_a_script_has_to_confirm_and_nothing_invalid_is_queued(
    started: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*ADD, *FOUR) == 2
    assert "these are 4 runs. Add --yes" in capsys.readouterr().err
    assert main(*ADD, "--batch-size", "64,many", "--yes") == 2
    assert "batch size is 'many'" in capsys.readouterr().err
    assert main(*ADD, "--optimizer", "adam,sgdd", "--yes") == 2
    assert "optimizer is 'sgdd', but must be one of" in capsys.readouterr().err
    assert main(*ADD, "--seed", ",".join(map(str, range(300))), "--yes") == 2
    assert "too many" in capsys.readouterr().err
    assert not runs_folder().exists()
    assert not started


@pytest.mark.usefixtures("started")
def test_runs_are_moved_and_cancelled(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*ADD, "--seed", "1,2,3", "--yes", "--name", "n") == 0

    def names() -> list[str]:
        return [read_labels(folder).name for folder in queued()]

    for arguments, order in (
        (("n-3", "first"), ["n-3", "n-1", "n-2"]),
        (("n-3", "2"), ["n-1", "n-3", "n-2"]),
        (("n-1", "last"), ["n-3", "n-2", "n-1"]),
        (("n-1", "99"), ["n-3", "n-2", "n-1"]),
    ):
        assert main("queue", "move", *arguments) == 0
        assert names() == order
    with lock_run(queued()[0]):  # it is being trained
        assert main("queue", "move", "n-1", "first") == 0
        assert names() == ["n-3", "n-1", "n-2"]
        assert main("queue", "move", "n-3", "last") == 1
    assert main("queue", "move", "n-1", "0") == 2
    assert main("queue", "cancel", "n-1", "n-1") == 0
    assert main("queue", "cancel", "n-1") == 1
    assert names() == ["n-3", "n-2"]
    assert main("queue", "cancel") == main("queue", "cancel", "n-2", "--all") == 2
    assert main("queue", "cancel", "--all") == 0
    assert not queued()
    assert len(list_trash()) == 3
    capsys.readouterr()
    assert main("queue") == 0
    assert capsys.readouterr().out == "The queue is empty; `fmnist-tui queue add` adds runs.\n"


def test_a_paused_queue_starts_nothing_until_it_continues(
    started: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("queue", "pause") == main(*ADD) == main("queue", "--plain") == 0
    assert not started
    assert capsys.readouterr().out.endswith("The queue is paused; `fmnist-tui queue continue` continues it.\n")
    assert main("queue", "continue") == 0
    assert started == ["worker"]
    capsys.readouterr()
    assert main("queue", "--plain") == 0
    assert "No process works on the queue; `fmnist-tui queue continue` starts one." in capsys.readouterr().out


@pytest.mark.usefixtures("started")
def test_json_is_one_object_and_hostile_names_are_inert(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*ADD, "--name", "[red]x", "--json") == 0
    (folder,) = queued()
    assert json.loads(capsys.readouterr().out) == {
        "is_paused": False,
        "has_worker": False,
        "runs": [{"place": 1, "run": folder.run, "name": "[red]x", "state": "queued", "folder": str(folder.path)}],
    }
    assert main("queue") == main("queue", "list", "--plain") == 0
    assert capsys.readouterr().out.count("[red]x") == 2


def test_a_queue_that_is_worked_on_already_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(queue_command.QueueWorker, "run", lambda _self: False)
    assert main("queue", "run") == 0
    assert capsys.readouterr().out == "Another process works on the queue already.\n"
