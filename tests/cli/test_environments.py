"""Commands as processes of their own in hostile environments: one line at most, never a traceback, never a hang."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from commands import main

from fmnist_tui.cli.main import run_process
from fmnist_tui.cli.resume import _user_agrees
from fmnist_tui.cli.sinks import LiveTable, json_lines
from fmnist_tui.events import Event, RunStarted, Warned
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.resolve import resolve_run

TRAIN = ["train", "--model", "logistic", "--epochs", "3", "--batch-size", "100", "--data", "demo"]


def shell(command: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command in which `fmnist-tui` is the program."""
    script = f'fmnist_tui() {{ "{sys.executable}" -m fmnist_tui "$@"; }}\n{command.replace("fmnist-tui", "fmnist_tui")}'
    return subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, "FMNIST_TUI_HOME": str(home), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# Closed, full and unread standard streams


def process(monkeypatch: pytest.MonkeyPatch, arguments: list[str], output: int, encoding: str = "utf-8") -> int:
    """Run a command in this process, where torch is loaded, with a descriptor as standard output."""
    monkeypatch.setattr(sys, "argv", ["fmnist-tui", *arguments])
    for name, stream in (("stdin", sys.stdin), ("stderr", sys.stderr)):
        monkeypatch.setattr(sys, name, stream)
    with monkeypatch.context() as patch, open(output, "wb", closefd=False) as file:
        stream = io.TextIOWrapper(file, encoding=encoding, line_buffering=os.isatty(output))
        patch.setattr(sys, "stdout", stream)
        return run_process(lambda _data: pytest.fail("no test opens the interface here"))


@pytest.mark.parametrize("lines", ["plain", "--json"])
def test_a_training_continues_when_its_reader_ends(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], lines: str
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert process(monkeypatch, [*TRAIN, *([lines] if lines == "--json" else [])], writer) == 0
    finally:
        os.close(writer)
    summary = summary_of(resolve_run("latest"))
    assert (summary.state, summary.epochs) == ("finished", 3)
    assert capfd.readouterr().err == ""


def test_a_training_continues_when_its_terminal_is_closed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    master, slave = pty.openpty()
    original = LiveTable.__call__

    def close_at_the_start(self: LiveTable, event: Event) -> None:
        if isinstance(event, RunStarted):
            os.close(master)
        original(self, event)

    monkeypatch.setattr(LiveTable, "__call__", close_at_the_start)
    try:
        assert process(monkeypatch, TRAIN, slave) == 0
    finally:
        os.close(slave)
    assert summary_of(resolve_run("latest")).state == "finished"
    assert capfd.readouterr().err == ""


def test_a_training_whose_output_does_not_fit_on_the_disk_finishes_and_reports_that(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        assert process(monkeypatch, TRAIN, full) == 1
    finally:
        os.close(full)
    assert summary_of(resolve_run("latest")).state == "finished"
    (line,) = capfd.readouterr().err.splitlines()
    assert "standard output can't be written: No space left on device" in line


def test_a_reader_that_ends_early_is_no_error(home: Path) -> None:
    ended = shell("set -o pipefail; fmnist-tui runs | true", home)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_standard_output_is_one_line_on_standard_error(home: Path, unbuffered: str) -> None:
    ended = shell("fmnist-tui --help >/dev/full", home, PYTHONUNBUFFERED=unbuffered)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "No space left on device" in line


def test_a_full_standard_error_leaves_the_exit_code(home: Path) -> None:
    ended = shell("fmnist-tui runs nope 2>/dev/full", home)
    assert (ended.returncode, ended.stdout) == (1, "")


@pytest.mark.parametrize(("command", "code"), [("runs", 0), ("resume nope", 1), ("train --epochs 0", 2), ("", 2)])
def test_closed_standard_streams_are_no_error_of_their_own(home: Path, command: str, code: int) -> None:
    ended = shell(f"fmnist-tui {command} <&- >&-", home)
    assert ended.returncode == code
    assert ended.stderr.count("\n") == (1 if code else 0)
    assert "itself" not in ended.stderr
    assert shell(f"fmnist-tui {command} <&- >&- 2>&-", home).returncode == code


def test_no_file_of_the_program_becomes_a_closed_standard_stream(home: Path) -> None:
    code = (
        "import os; os.close(1); os.close(2)\n"
        "from fmnist_tui.cli.streams import protect_streams; protect_streams()\n"
        "file = open('log', 'w'); os.write(1, b'a library prints'); os.write(2, b'and another'); file.close()"
    )
    home.mkdir()
    subprocess.run([sys.executable, "-c", code], cwd=home, check=True, timeout=60)
    assert (home / "log").read_text(encoding="utf-8") == ""


def test_output_waits_for_a_reader_whatever_mode_the_pipe_is_in(home: Path) -> None:
    code = "from fmnist_tui.cli.streams import protect_streams; protect_streams(); print('x' * 1_000_000)"
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    child = subprocess.Popen([sys.executable, "-c", code], stdout=writer)
    os.close(writer)
    with open(reader, "rb") as file:  # noqa: PTH123
        assert len(file.read()) == 1_000_001
    assert child.wait(60) == 0


@pytest.mark.parametrize("error", [EOFError(), OSError(5, "Input/output error")])
def test_a_prompt_without_a_terminal_takes_the_safe_default(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def read_input(_prompt: str) -> str:
        raise error

    monkeypatch.setattr("builtins.input", read_input)
    assert not _user_agrees()


# Encodings that lack characters


def test_every_command_prints_in_ascii(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for arguments in (
        TRAIN,
        ["test", "latest"],
        ["compare", "latest", "latest", "--which-b", "last"],
        ["runs"],
        ["runs", "latest"],
        ["models", "cnn"],
        ["data", "--data", "demo"],
        ["train", "--help"],
    ):
        with (tmp_path / "output").open("wb") as output:
            assert process(monkeypatch, arguments, output.fileno(), encoding="ascii") == 0
        assert (tmp_path / "output").read_bytes().isascii()


def test_json_means_the_same_in_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    json_lines(sys.stdout)(Warned(text='ärmellos · 名前 👕 \\ "', remedy="→"))
    line = capsys.readouterr().out
    assert line.isascii()
    assert (json.loads(line)["text"], json.loads(line)["remedy"]) == ('ärmellos · 名前 👕 \\ "', "→")


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=["PYTHONIOENCODING", "LC_ALL", "LC_ALL without UTF-8 mode"],
)
def test_a_locale_without_the_characters_is_no_error(home: Path, environment: dict[str, str]) -> None:
    with_a_run = home / "runs" / "名前 · run"
    with_a_run.mkdir(parents=True)
    (with_a_run / "config.json").write_text("{}", encoding="utf-8")
    ended = shell("fmnist-tui runs && fmnist-tui models --help && fmnist-tui runs show 'nöpe · ×'", home, **environment)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "itself" not in ended.stderr


def test_an_error_handler_for_such_characters_in_the_environment_is_used(home: Path) -> None:
    (home / "runs" / "é").mkdir(parents=True)
    (home / "runs" / "é" / "config.json").write_text("{}", encoding="utf-8")
    ended = shell("fmnist-tui runs", home, PYTHONIOENCODING="ascii:backslashreplace")
    assert "\\xe9" in ended.stdout


# Homes that can't be used


def unusable_homes(tmp_path: Path) -> dict[str, str]:
    """Return each with the reason that is to be reported."""
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    return {
        "~nouser": "there is no such user",
        str(tmp_path / "file"): "it is not a folder",
        str(tmp_path / "file" / "below"): "Not a directory",
        str(tmp_path / ("n" * 300)): "File name too long",
        str(tmp_path / "loop"): "it is not a folder",
        str(tmp_path / "loop" / "below"): "Too many levels of symbolic links",
        "/proc/nope": "No such file or directory",
    }


@pytest.mark.parametrize("command", [["runs"], ["runs", "latest"], ["resume", "x"], ["test", "latest"], TRAIN])
def test_an_unusable_home_is_a_one_line_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    for home, reason in unusable_homes(tmp_path).items():
        if home == "/proc/nope" and command != TRAIN:
            continue  # a folder that doesn't exist has no runs, and only a training makes folders
        monkeypatch.setenv("FMNIST_TUI_HOME", home)
        assert main(*command) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("fmnist-tui: FMNIST_TUI_HOME is ")
        assert reason in line
        assert line.endswith("Set FMNIST_TUI_HOME to a folder that you may write to.")


def test_commands_that_need_no_home_work_without(tmp_path: Path) -> None:
    for home in ("~nouser", str(tmp_path / ("n" * 300))):
        ended = shell("fmnist-tui models --help && fmnist-tui data --data demo", Path(home))
        assert (ended.returncode, ended.stderr) == (0, "")


def test_doctor_names_an_unusable_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for home in unusable_homes(tmp_path):
        monkeypatch.setenv("FMNIST_TUI_HOME", home)
        assert main("doctor") == 1
        assert "problem:   FMNIST_TUI_HOME is " in capsys.readouterr().out


# Terminals of any kind and size


@pytest.mark.parametrize("columns", ["0", "1", "1000000000"])
def test_help_and_tables_are_drawn_at_any_width(
    columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    main(*TRAIN)
    for command in (["models", "--help"], ["runs"], ["runs", "latest"], ["test", "latest"]):
        assert main(*command) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 1000


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_the_interface_is_refused_by_a_terminal_without_a_cursor(
    term: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setenv("TERM", term)
    assert main() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"TERM is '{term}'" in line


# Too little memory


@pytest.mark.parametrize("command", ["models", "train --model logistic --data demo"])
def test_a_memory_limit_too_small_for_torch_is_a_one_line_error(home: Path, command: str) -> None:
    ended = shell(f"ulimit -v 400000; fmnist-tui {command}", home)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("fmnist-tui: memory ran out: lib")
    assert "`ulimit -v` shows" in line


def test_running_out_of_memory_while_a_command_loads_is_a_one_line_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_arguments: object) -> None:
        raise ImportError("Cannot import module 'fmnist_tui.cli.runs'") from MemoryError()

    monkeypatch.setattr("fmnist_tui.cli.commands.dispatch", broken)
    assert main("runs") == 1
    assert capsys.readouterr().err.startswith("fmnist-tui: memory ran out. ")
