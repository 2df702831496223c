"""`watch`, `pause`, `continue` and `stop` on made-up logs. While the commands wait, the test plays the trainer."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import configs
import pytest
from commands import main
from event_factories import epoch_ended, run_ended, run_resumed, run_started, steps_done

from fmnist_tui.events import Event, RunState, StateChanged, to_line
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.requests import RequestInbox, RequestKind, send_request

TRAINING, PAUSED = StateChanged(state=RunState.TRAINING), StateChanged(state=RunState.PAUSED, detail="by bob@gpu1")
STOPPED = run_ended(RunState.STOPPED, "stopped in epoch 2 of 12")
CRASH = "ended without a report: it was killed, or the machine was restarted"


@pytest.fixture
def folder() -> RunFolder:
    return RunFolder.create(configs.MLP)


def log(folder: RunFolder, *events: Event) -> None:
    with folder.events_file.open("a", encoding="utf-8") as file:
        file.writelines(f"{to_line(event)}\n" for event in events)


def begin(folder: RunFolder) -> None:
    started = run_started(run=folder.run, pid=4711)
    log(folder, started, TRAINING, steps_done(1, 5), epoch_ended(1, 0.8, is_best=True))


@contextmanager
def trained(folder: RunFolder) -> Iterator[RunFolder]:
    with lock_run(folder):
        begin(folder)
        yield folder


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that sets what happens each time a command waits; at the end, Ctrl-C is pressed."""

    def play(*steps: Callable[[], object]) -> None:
        left = list(steps)

        def sleep(_seconds: float) -> None:
            if not left:
                raise KeyboardInterrupt
            left.pop(0)()

        for module in ("watch", "run_control"):
            monkeypatch.setattr(f"fmnist_tui.cli.{module}.time.sleep", sleep)

    return play


def nothing() -> None:
    """Let time pass."""


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (run_ended(), (0, "finished: all epochs are done", "")),
        (STOPPED, (0, "stopped: stopped in epoch 2 of 12", "")),
        (run_ended(RunState.FAILED, "the disk is full"), (1, "1/12", "failed: the disk is full. Resume it with")),
        (None, (1, "1/12", f"crashed: process 4711 {CRASH}. Resume it with")),
    ],
)
def test_watching_ends_with_the_run_and_its_exit_code(
    folder: RunFolder,
    capsys: pytest.CaptureFixture[str],
    meanwhile: Callable[..., None],
    end: Event | None,
    expected: tuple[int, str, str],
) -> None:
    code, out, err = expected
    meanwhile(nothing, nothing)
    begin(folder)
    log(folder, *([end] if end else []))
    assert main("watch", "latest") == code
    printed = capsys.readouterr()
    assert out in printed.out
    assert err in printed.err
    assert "Traceback" not in printed.err


def test_a_run_whose_folder_is_deleted_is_not_said_to_be_resumable(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], meanwhile: Callable[..., None]
) -> None:
    begin(folder)
    with lock_run(folder) as lock:
        meanwhile(lambda: (shutil.rmtree(folder.path), lock.release()), nothing, nothing)
        assert main("watch", "latest") == 1
    assert capsys.readouterr().err.splitlines()[-1].endswith("crashed: the run's folder is gone.")


def test_watching_as_json_prints_the_events_of_the_log_and_those_that_come(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], meanwhile: Callable[..., None]
) -> None:
    with trained(folder):
        meanwhile(lambda: log(folder, epoch_ended(2)), lambda: log(folder, PAUSED))
        assert main("watch", "latest", "--json") == 130
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [
        json.loads(line) for line in folder.events_file.read_text(encoding="utf-8").splitlines()
    ]


def test_watching_in_sentences_begins_with_where_the_run_is(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], meanwhile: Callable[..., None]
) -> None:
    with trained(folder):
        meanwhile(lambda: log(folder, epoch_ended(2, 0.9, is_best=True)), lambda: log(folder, PAUSED))
        assert main("watch", folder.run, "--plain") == 130
    printed = capsys.readouterr()
    _opening, _images, _device, *lines = printed.out.splitlines()
    assert lines[0].startswith("The run is training in epoch 1 of ")
    assert lines[1] == "The best validation accuracy so far is 80.00 %, in epoch 1."
    assert lines[2].startswith("Epoch 2 of ")
    assert lines[3:] == ["The run is paused by bob@gpu1."]
    assert printed.err == f"fmnist-tui: run {folder.run} is no longer watched; whatever trains it continues\n"


def test_watching_with_wait_recovers_when_a_crashed_run_is_resumed(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], meanwhile: Callable[..., None]
) -> None:
    begin(folder)
    resumed = run_resumed(run_started(run=folder.run, pid=4712), epoch=2, best=epoch_ended(1))
    meanwhile(
        nothing,
        nothing,
        lambda: log(folder, resumed, TRAINING, epoch_ended(2), STOPPED),
        nothing,
        lambda: log(folder, resumed, TRAINING, epoch_ended(2, 0.9), run_ended()),
    )
    assert main("watch", "latest", "--wait") == 0
    printed = capsys.readouterr()
    assert printed.out.count("resumed in epoch 2") == 2
    assert "finished: all epochs are done" in printed.out
    waits = [line for line in printed.err.splitlines() if line.endswith("Waiting for that; Ctrl-C ends the watch.")]
    assert [line.split(": ")[1].split()[-1] for line in waits] == ["crashed", "stopped"]


def test_a_replaced_log_is_printed_again(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], meanwhile: Callable[..., None]
) -> None:
    def replace() -> None:
        folder.events_file.unlink()
        log(folder, run_started(run=folder.run), TRAINING, epoch_ended(1, 0.7), run_ended())

    with trained(folder):
        meanwhile(replace)
        main("watch", "latest")
    printed = capsys.readouterr()
    assert "the log was replaced, and is read again" in printed.err
    assert "80.00 %" in printed.out
    assert "70.00 %" in printed.out


def test_a_run_that_has_not_begun_is_waited_for_only_with_wait(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], meanwhile: Callable[..., None]
) -> None:
    assert main("watch", "latest") == 1
    assert "it has no log, and no process trains it. Give --wait to wait for it." in capsys.readouterr().err
    meanwhile(nothing, lambda: begin(folder), lambda: log(folder, run_ended()))
    assert main("watch", "latest", "--wait") == 0


@pytest.mark.parametrize("command", ["watch", "pause", "continue", "stop"])
def test_a_log_that_cannot_be_read_is_one_line(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    folder.events_file.mkdir()
    assert main(command, "latest") == 1
    assert "its log can't be read: it is not a regular file" in capsys.readouterr().err
    assert not folder.request_file.exists()


@pytest.mark.parametrize("seconds", ["-1", "nan", "soon"])
def test_a_time_that_is_none_is_wrong_usage(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], seconds: str
) -> None:
    with trained(folder):
        assert main("pause", "latest", f"--timeout={seconds}") == 2
    assert f"--timeout is '{seconds}'" in capsys.readouterr().err
    assert not folder.request_file.exists()


def obey(folder: RunFolder, *events: Event) -> Callable[[], None]:
    """Return what a trainer does that has found a request."""

    def act() -> None:
        assert RequestInbox(folder, pytest.fail).take() is not None
        log(folder, *events)

    return act


def test_a_run_is_paused_continued_and_stopped(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], meanwhile: Callable[..., None]
) -> None:
    with trained(folder):
        meanwhile(nothing, obey(folder, PAUSED))
        assert main("pause", "latest") == 0
        assert main("pause", "latest") == 0
        meanwhile(obey(folder, TRAINING))
        assert main("continue", "latest") == 0
        meanwhile(obey(folder, STOPPED))
        assert main("stop", "latest") == 0
    out = capsys.readouterr().out.replace(folder.run, "RUN").splitlines()
    epochs = folder.config().epochs
    assert out == [
        f"run RUN is paused, in epoch 1 of {epochs}",
        f"run RUN is paused already, in epoch 1 of {epochs}",
        f"run RUN is training, in epoch 1 of {epochs}",
        "run RUN is stopped: stopped in epoch 2 of 12",
    ]


def test_continue_takes_back_a_pause_that_was_not_taken(folder: RunFolder, meanwhile: Callable[..., None]) -> None:
    with trained(folder):
        send_request(folder, RequestKind.PAUSE)
        meanwhile(obey(folder))
        assert main("continue", "latest") == 0


@pytest.mark.parametrize(
    ("events", "problem"),
    [
        ([run_ended()], "it is finished. `fmnist-tui runs` lists all runs."),
        ([STOPPED], "it is stopped. Resume it with `fmnist-tui resume"),
        ([], f"it is crashed (process 4711 {CRASH}). Resume it with"),
    ],
)
def test_a_run_without_a_process_cannot_be_controlled(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], events: list[Event], problem: str
) -> None:
    begin(folder)
    log(folder, *events)
    for command in ("pause", "continue", "stop"):
        assert main(command, "latest") == 1
        assert problem in capsys.readouterr().err
    assert not folder.request_file.exists()


def test_a_request_that_is_not_taken_in_time_remains(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], meanwhile: Callable[..., None]
) -> None:
    with trained(folder):
        assert main("stop", "latest", "--timeout", "0") == 1
        assert "has not taken the request to stop yet. A run takes a request between two batches" in (
            capsys.readouterr().err
        )
        assert folder.request_file.exists()
        meanwhile()
        assert main("stop", "latest") == 130
        assert "the request to stop remains" in capsys.readouterr().err
        assert folder.request_file.exists()


def test_a_request_to_a_run_that_ends_meanwhile_is_withdrawn(
    folder: RunFolder, capsys: pytest.CaptureFixture[str], meanwhile: Callable[..., None]
) -> None:
    with trained(folder):
        meanwhile(lambda: log(folder, run_ended()))
        assert main("pause", "latest") == 1
    assert "is over, and can't pause: it is finished" in capsys.readouterr().err
    assert not folder.request_file.exists()


def test_latest_is_the_newest_run_that_is_running(folder: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    with trained(folder):
        for _number in range(2):
            log(other := RunFolder.create(folder.config()), run_started(run=other.run), TRAINING, run_ended())
        assert main("stop", "latest", "--timeout", "0") == 1
    assert folder.run in capsys.readouterr().err
