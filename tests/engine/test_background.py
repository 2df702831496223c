"""A run in a process of its own: how it is started, what it survives, and what is reported if it can't be."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fmnist_tui.config import RunConfig
from fmnist_tui.engine import background
from fmnist_tui.engine.background import for_any_folder, last_line, resume_in_background, train_in_background
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunEnded
from fmnist_tui.run_state import RunStatus
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import is_being_written, lock_run
from fmnist_tui.runs.resolve import resolve_run

CONFIG = RunConfig.from_flat(
    {
        **RunConfig.from_preset("fast", "logistic").to_flat(),
        "epochs": 1,
        "validation_size": 50_000,  # which leaves 10,000 to train on
        "data": "demo",
        "device": "cpu",
        "precision": "fp32",
        "threads": 1,
    }
)


def until(is_so: Callable[[], bool]) -> None:
    """Wait for another process."""
    for _attempt in range(3000):
        if is_so():
            return
        time.sleep(0.02)
    pytest.fail("the condition never became true")


CHILD = """
import os, pathlib, signal, sys, time
from fmnist_tui.runs.lock import is_being_written, lock_run
from fmnist_tui.runs.folder import RunFolder
folder = RunFolder(pathlib.Path(sys.argv[1]))
lock = lock_run(folder)
while not (folder.path / "go").exists():
    time.sleep(0.01)
print(os.getcwd(), sys.stdin.read(), flush=True)
"""
"""In place of a training: the run is locked until the test says so."""

STARTER = f"""
import os, pathlib, signal, subprocess, sys
from fmnist_tui.engine import background
from fmnist_tui.runs.folder import RunFolder
folder = RunFolder(pathlib.Path(sys.argv[1]))
original = subprocess.Popen
background.subprocess.Popen = lambda command, **options: original(
    [sys.executable, "-c", {CHILD!r}, command[4]], **options
)
run = background.resume_in_background(folder)
print(run.pid, os.getsid(run.pid), flush=True)
os.killpg(0, int(sys.argv[2]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no sessions")
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_a_run_survives_what_ends_its_starter_and_all_that_the_terminal_runs(number: signal.Signals) -> None:
    folder = RunFolder.create(CONFIG)
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(folder.path), str(int(number))], stdout=subprocess.PIPE, process_group=0
    )
    printed, _nothing = starter.communicate(timeout=100)
    assert starter.returncode == -number
    pid, session = map(int, printed.split())
    assert session == pid, "it leads a session of its own, which no terminal can hang up"
    assert summary_of(folder).status is RunStatus.RUNNING
    (folder.path / "go").touch()
    until(lambda: not is_being_written(folder))
    assert last_line(folder.output_file) == "/", "it holds no folder, and its input is empty"


def test_a_run_that_fails_before_its_first_batch_stays_listed_with_the_reason(tmp_path: Path) -> None:
    try:
        run = train_in_background(CONFIG.with_data(str(tmp_path / "nowhere"), "mnist"))
        run.process.wait(60)
    except UserError as error:  # it ended within the first look at its lock
        assert "does not exist" in error.line()
    summary = summary_of(resolve_run("latest"))
    (ended,) = read_events(summary.folder.events_file)
    assert isinstance(ended, RunEnded)
    assert "nowhere' does not exist" in ended.reason
    assert summary.status is RunStatus.FAILED
    assert summary.can_resume
    assert "nowhere' does not exist" in last_line(summary.folder.output_file)


def program(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Start Python code in place of this program."""
    original = subprocess.Popen

    def popen(_command: list[str], **options: object) -> "subprocess.Popen[bytes]":
        return original([sys.executable, "-c", code], **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(background.subprocess, "Popen", popen)


def test_a_process_that_ends_at_once_leaves_an_error_with_its_last_line_and_no_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(monkeypatch, "import sys; sys.exit('first line\\nno \\x1b[31mtorch[/] here\\n')")
    with pytest.raises(UserError, match=r"could not be started in the background: no  ?\[31mtorch\[/\] here"):
        train_in_background(CONFIG)
    assert not list((home / "runs").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
def test_a_process_that_was_killed_is_named_by_its_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    program(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(UserError, match="its process ended with signal SIGKILL"):
        train_in_background(CONFIG)


def test_a_process_that_never_locks_its_run_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "START_TIMEOUT_SECONDS", 0.1)
    program(monkeypatch, "import time; time.sleep(1000)")
    folder = RunFolder.create(CONFIG)
    with pytest.raises(UserError, match=r"did not start\. Its output is in .*output\.log"):
        resume_in_background(folder)


def test_a_run_that_is_being_trained_is_not_started_twice() -> None:
    folder = RunFolder.create(CONFIG)
    with lock_run(folder), pytest.raises(UserError, match="is being trained by another process"):
        resume_in_background(folder)
    assert not folder.output_file.exists()


def test_an_output_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    folder, other = RunFolder.create(CONFIG), tmp_path / "other"
    other.write_text("untouched")
    folder.output_file.symlink_to(other)
    with pytest.raises(UserError, match="not a regular file"):
        resume_in_background(folder)
    assert other.read_text() == "untouched"


def test_a_long_output_is_emptied_before_the_next_process_and_never_read_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = RunFolder.create(CONFIG)
    folder.output_file.write_text("x\n" * background.MAX_OUTPUT + "the reason\n")
    assert last_line(folder.output_file) == "the reason"
    program(monkeypatch, "import sys; sys.exit('another')")
    with pytest.raises(UserError, match="another"):
        resume_in_background(folder)
    assert folder.output_file.read_text() == "another\n"


def test_a_missing_or_strange_output_has_no_reason() -> None:
    folder = RunFolder.create(CONFIG)
    assert last_line(folder.output_file) == ""
    folder.output_file.mkdir()
    assert last_line(folder.output_file) == ""


def test_the_command_has_everything_that_differs() -> None:
    folder = RunFolder(Path("runs/a-run"))
    assert background._arguments(folder, ResumeOverrides(20, 1 / 3, allow_fp32=True), ["tensorboard"]) == [
        "resume",
        str(Path.cwd() / "runs/a-run"),
        "--plain",
        "--epochs=20",
        f"--learning-rate-factor={1 / 3!r}",
        "--allow-fp32",
        "--sink=tensorboard",
    ]


def test_folders_are_found_from_another_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = {
        "FMNIST_TUI_HOME": "home",
        "FMNIST_TUI_DATA": "images",
        "PYTHONPATH": os.pathsep.join(["plugins", "", "/x"]),
    }
    made = background.environment_for_any_folder(given)
    assert made["FMNIST_TUI_HOME"] == str(tmp_path / "home")
    assert made["FMNIST_TUI_DATA"] == str(tmp_path / "images")
    assert made["PYTHONPATH"].split(os.pathsep)[:2] == [str(tmp_path / "plugins"), str(Path("/x").absolute())]
    assert background.environment_for_any_folder({}).get("FMNIST_TUI_HOME") is None
    assert for_any_folder(CONFIG.with_data("images", "mnist")).data == str(tmp_path / "images")
    assert for_any_folder(CONFIG) == CONFIG
