"""`train --repeats`: seeds, results as they arrive, and their statistics. The trainings run in this process."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from commands import main
from event_factories import run_ended
from sessions import session

from fmnist_tui.engine import queue as queue_module
from fmnist_tui.engine import repeats as engine_repeats
from fmnist_tui.engine import run_pool
from fmnist_tui.engine.background import BackgroundRun
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState
from fmnist_tui.runs.catalog import list_runs
from fmnist_tui.runs.event_log import EventLog
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.queue import read_queue

TRAIN = ["train", "--model", "logistic", "--epochs", "2", "--batch-size", "100", "--validation-size", "200"]
REPEAT = [*TRAIN, "--data", "demo", "--device", "cpu", "--repeats"]


@dataclass
class Processes:
    """What trains instead of processes; each has trained when it is first looked at.

    Attributes:
        ends: How the run of a seed ends instead.
    """

    ends: dict[int, RunState | UserError] = field(default_factory=dict)
    begun: list[int] = field(default_factory=list)
    most: int = 0
    alive: int = 0
    during: Callable[[int], None] = lambda _seed: None

    def resume(self, folder: RunFolder, *, sinks: Sequence[str]) -> BackgroundRun:
        seed = folder.config().seed
        if isinstance(end := self.ends.get(seed), UserError):
            raise end
        self.begun.append(seed)
        self.alive += 1
        self.most = max(self.most, self.alive)
        return BackgroundRun(folder, Process(self, folder, seed))  # type: ignore[arg-type]


@dataclass
class Process:
    processes: Processes
    folder: RunFolder
    seed: int
    pid: int = 1
    is_asked: bool = False

    def wait(self, timeout: float | None = None) -> int:
        self.processes.during(self.seed)
        end = self.processes.ends.get(self.seed)
        if end is RunState.TRAINING and not self.is_asked:
            raise subprocess.TimeoutExpired("", timeout or 0.0)
        if end is None:
            session().resume(self.folder)
        else:
            with EventLog(self.folder.events_file) as log:
                log(run_ended(RunState.STOPPED if self.is_asked else end))
            self.folder.output_file.write_text("fmnist-tui: the disk\x1b[31m is full\n")
        self.processes.alive -= 1
        return 0

    def terminate(self) -> None:
        self.is_asked = True


@pytest.fixture(autouse=True)
def processes(monkeypatch: pytest.MonkeyPatch) -> Processes:
    made = Processes()
    monkeypatch.setattr(run_pool, "resume_in_background", made.resume)
    for module in (run_pool, engine_repeats):
        monkeypatch.setattr(module, "usable_processors", lambda: 2)
    return made


def test_each_result_is_printed_with_the_mean_so_far_and_all_statistics_at_the_end(
    processes: Processes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*REPEAT, "3", "--name", "base", "--tag", "paper") == 0
    assert processes.most == 2
    runs = sorted(list_runs(), key=lambda run: run.name)
    assert [(run.name, run.tags, run.settings["seed"], run.settings["threads"]) for run in runs] == [
        (f"base-{number}", ("paper",), number - 1, 1) for number in (1, 2, 3)
    ]
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading == "3 repeats with seeds 0, 1, 2; 2 at a time with 1 thread each"
    for number, (line, run) in enumerate(zip(lines, runs, strict=False), start=1):
        assert line.startswith(f"{number}/3  seed {number - 1}  finished  {100 * run.best_validation_accuracy:.2f} %")
    mean = sum(run.best_validation_accuracy for run in runs) / 3
    assert lines[2].endswith(f"base-3  mean {100 * mean:.2f} %")
    (row,) = (line.split() for line in lines if line.startswith(" validation accuracy"))
    assert row[2:4] == [f"{100 * mean:.2f}", "%"]


def test_json_has_the_statistics_of_a_comparison_of_the_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(*REPEAT, "2", "--seed", "5", "--json") == 0
    started, first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert started == {"type": "repeats_started", "seeds": [5, 6], "at_once": 2, "threads": 1}
    assert (first["seed"], first["finished"], first["state"]) == (5, 1, "finished")
    assert first["statistics"]["validation_accuracy"]["low"] is None
    assert main("runs", "compare", first["run"], second["run"], "--json") == 0
    (group,) = json.loads(capsys.readouterr().out)["repeats"]
    assert group["statistics"] == second["statistics"]
    assert set(second["statistics"]) == {"validation_accuracy", "validation_loss", "train_accuracy", "seconds"}


def test_seeds_that_a_run_of_the_config_has_are_not_taken_again(
    processes: Processes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*REPEAT, "2", "--seed", "1", "--plain") == 0
    assert main(*REPEAT, "2", "--plain") == 0
    assert processes.begun == [1, 2, 0, 3]
    out = capsys.readouterr().out
    assert "2 repeats with seeds 0, 3; 2 at a time with 1 thread each." in out
    assert ", seed 3: finished, validation accuracy " in out
    assert "Mean validation loss of 2: " in out


def test_a_repeat_that_fails_counts_for_no_mean_and_fails_the_command(
    processes: Processes, capsys: pytest.CaptureFixture[str]
) -> None:
    processes.ends[1] = RunState.FAILED
    assert main(*REPEAT, "3", "--json") == 1
    captured = capsys.readouterr()
    last = json.loads(captured.out.splitlines()[-1])
    assert last["finished"] == 2
    assert "has failed: the disk" in captured.err
    assert "\x1b" not in captured.err


def test_one_that_cannot_be_started_ends_all_after_they_are_saved(
    processes: Processes, capsys: pytest.CaptureFixture[str]
) -> None:
    processes.ends = {0: RunState.TRAINING, 1: UserError("no process can be started")}
    assert main(*REPEAT, "2") == 1
    assert "no process can be started" in capsys.readouterr().err
    assert [run.state for run in list_runs()] == ["stopped"]


def test_the_first_signal_stops_and_saves_all(processes: Processes, capsys: pytest.CaptureFixture[str]) -> None:
    processes.ends = {0: RunState.TRAINING, 1: RunState.TRAINING}
    processes.during = lambda seed: seed == 1 and not processes.begun.count(9) and _interrupt(processes)
    assert main(*REPEAT, "4") == 130
    assert [run.state for run in list_runs()] == ["stopped", "stopped"]
    assert "2 runs stopped and saved, 2 not begun" in capsys.readouterr().err


def _interrupt(processes: Processes) -> None:
    processes.begun.append(9)
    os.kill(os.getpid(), signal.SIGINT)


def test_in_the_background_the_queue_trains_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(queue_module, "start_worker", lambda: None)
    assert main(*REPEAT, "2", "--background", "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == {"runs": list(read_queue().runs), "seeds": [0, 1], "at_once": 2, "threads": 1}
    assert main(*REPEAT, "2", "--background") == 0
    assert capsys.readouterr().out.startswith("2 repeats with seeds 2, 3 are queued; 2 at a time with 1 thread each.")


@pytest.mark.parametrize(
    "arguments",
    [
        ("1",),
        ("21",),
        ("many",),
        ("3", "--tag", "a b"),
        ("3", "--background", "--sink", "tensorboard"),
        ("2", "--processes", "2"),
    ],
    ids=" ".join,
)
def test_what_is_invalid_makes_no_run(arguments: tuple[str, ...], processes: Processes) -> None:
    assert main(*REPEAT, *arguments) == 2
    assert not list_runs()
    assert not processes.begun


def test_missing_images_are_reported_before_a_run_is_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*TRAIN, "--data", "/nowhere", "--repeats", "2") == 1
    assert "/nowhere" in capsys.readouterr().err
    assert not list_runs()
