"""`fmnist-tui replay`: where it opens the interface, what it prints, and when."""

import json

import event_factories
import pytest
from commands import main

from fmnist_tui.cli.main import run
from fmnist_tui.events import Event, NonFiniteFound, RunState, StateChanged, from_line, to_line
from fmnist_tui.interface_options import InterfaceOptions, ReplayOptions
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder

NAME = "20260102-030405-mlp"
NOON = 1_700_000_000.0

Slept = list[float]


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> Slept:
    """The waiting times, on a clock that only they move."""
    found: Slept = []
    monkeypatch.setattr("fmnist_tui.cli.replay.sleep", found.append)
    monkeypatch.setattr("fmnist_tui.cli.replay.monotonic", lambda: 500.0 + sum(found))
    return found


@pytest.fixture
def folder() -> RunFolder:
    """A run of 40 epochs of one second, interrupted by a night after the first 20 of them."""
    started = event_factories.run_started(time=NOON, run=NAME)
    events: list[Event] = [started, StateChanged(time=NOON, state=RunState.TRAINING)]
    for epoch in range(1, 41):
        night = 40_000 if epoch > 20 else 0
        if epoch == 21:
            events.append(
                NonFiniteFound(time=NOON + 20, what="loss", epoch=20, step=9, learning_rate=1, gradient_norm=1)
            )
            events.append(event_factories.run_ended(RunState.FAILED, "the loss is nan", time=NOON + 20))
            events.append(event_factories.run_resumed(started, time=NOON + night + 20, epoch=21, active_seconds=20))
        events.append(event_factories.epoch_ended(epoch, 0.5 + epoch / 100, time=NOON + night + epoch, is_best=True))
    events.append(event_factories.run_ended(time=NOON + 40_040, epochs=40, best_epoch=40))
    folder = RunFolder(runs_folder() / NAME)
    folder.path.mkdir(parents=True)
    folder.events_file.write_text("".join(to_line(event) + "\n" for event in events), encoding="utf-8")
    return folder


def test_a_pipe_gets_the_lines_of_train_at_the_pace_of_the_training(
    folder: RunFolder, slept: Slept, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("replay", "latest", "--speed", "10") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"run {NAME}")
    assert [line.split()[0] for line in lines if "/12 " in line] == [f"{epoch}/12" for epoch in range(1, 41)]
    assert "resumed in epoch 21" in "\n".join(lines)
    assert not [line for line in lines if "failed" in line]  # the resume took that back
    assert lines[-1].startswith("finished")
    assert sum(slept) == pytest.approx(4.2, abs=0.01)  # 40 s of training and 2 of the night


def test_json_is_the_log_and_begins_to_wait_with_the_given_epoch(
    folder: RunFolder, slept: Slept, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("replay", NAME, "--json", "--speed", "1", "--from-epoch", "31") == 0
    printed = capsys.readouterr().out.splitlines()
    logged = folder.events_file.read_text(encoding="utf-8").splitlines()
    assert [from_line(line) for line in printed] == [from_line(line) for line in logged]
    assert json.loads(printed[0])["time"] == NOON
    assert sum(slept) == pytest.approx(10, abs=0.01)


def test_max_waits_for_nothing_and_plain_is_in_sentences(
    folder: RunFolder, slept: Slept, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("replay", NAME, "--plain", "--speed", "max") == 0
    assert "The run is resumed in epoch 21" in capsys.readouterr().out
    assert slept == []


def test_by_default_it_takes_ten_seconds_or_more(folder: RunFolder, slept: Slept) -> None:
    assert main("replay", NAME) == 0
    assert sum(slept) == pytest.approx(21, abs=0.01)  # 42 s at 2×


def test_a_failed_run_is_replayed_and_its_reason_is_shown(
    folder: RunFolder, slept: Slept, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = folder.events_file.read_text(encoding="utf-8").splitlines()
    end = next(place for place, line in enumerate(lines) if "run_ended" in line)
    folder.events_file.write_text("\n".join(lines[: end + 1]), encoding="utf-8")
    assert main("replay", NAME, "--speed", "max") == 0
    assert capsys.readouterr().err == "fmnist-tui: the run failed: the loss is nan\n"


def test_an_interrupt_ends_it_with_one_line(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fmnist_tui.cli.replay.sleep", interrupt)
    assert main("replay", NAME) == 130
    assert capsys.readouterr().err == "fmnist-tui: interrupted\n"


def test_it_ends_when_nobody_reads_any_more(
    folder: RunFolder, slept: Slept, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fmnist_tui.cli.replay.has_reader", lambda: False)
    assert main("replay", NAME, "--json") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_on_a_terminal_it_opens_the_interface_unless_lines_are_asked_for(
    folder: RunFolder, slept: Slept, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("main", "replay"):
        monkeypatch.setattr(f"fmnist_tui.cli.{module}.terminal_problem", lambda: None)
    opened: list[InterfaceOptions] = []

    def on_terminal(*arguments: str) -> int:
        return run(["replay", NAME, *arguments], lambda options: opened.append(options) or 0)  # type: ignore[func-returns-value]

    assert on_terminal("--speed", "5", "--from-epoch", "3") == on_terminal() == 0
    assert [options.replay for options in opened] == [ReplayOptions(folder.path, 5.0, 3), ReplayOptions(folder.path)]
    for output in ("--table", "--json", "--plain"):
        assert on_terminal(output) == 0
    assert on_terminal("--speed", "max") == 2
    assert len(opened) == 2


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--speed", "0"], "--speed is '0', but must be a number of 1 … 50, or max"),
        (["--speed", "-3"], "--speed is '-3'"),
        (["--speed", "nan"], "--speed is 'nan'"),
        (["--speed", "[red]\x1b"], "--speed is '[red]�'"),
        (["--from-epoch", "0"], "--from-epoch is 0"),
        (["--from-epoch", "41"], "the log ends in epoch 40"),
        (["--table", "--json"], "--table and --json exclude each other"),
        (["--plain", "--json"], "--json and --plain exclude each other"),
    ],
)
def test_invalid_options_are_one_line(
    arguments: list[str], problem: str, folder: RunFolder, slept: Slept, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("replay", NAME, *arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert problem in captured.err
    assert captured.err.count("\n") == 1


def test_the_pace_follows_the_clock_and_not_the_sum_of_the_waiting_times(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = 0.3  # each line takes this long to print, and each event is due 0.1 s after the last
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds + slow

    monkeypatch.setattr("fmnist_tui.cli.replay.sleep", sleep)
    monkeypatch.setattr("fmnist_tui.cli.replay.monotonic", lambda: now[0])
    assert main("replay", NAME, "--json", "--speed", "10") == 0
    assert now[0] == pytest.approx(44 * slow, abs=slow * 2)
