"""The completion in real shells, and what it completes runs, checkpoints and other names by."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import main

from fmnist_tui.cli.completers import BEGIN, COMPLETE, FIRST_ARGUMENTS
from fmnist_tui.runs.resolve import resolve_run

SMALL = ["--model", "logistic", "--epochs", "1", "--data", "demo"]


@pytest.fixture
def run() -> str:
    assert main("train", *SMALL) == 0
    return resolve_run("latest").run


def candidates(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """Return what the last of the words, which may be empty, can be completed to."""
    capsys.readouterr()
    assert main(COMPLETE, *words) == 0
    _dropped, begin, lines = capsys.readouterr().out.partition(BEGIN)
    assert begin
    return [line.split("\t")[0] for line in lines.splitlines() if line]


@pytest.mark.parametrize("command", sorted(FIRST_ARGUMENTS))
def test_the_first_argument_is_completed_to_what_the_parser_completes_it_to(
    command: str, run: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = candidates(capsys, command, "")
    assert first == candidates(capsys, command, "--", "")  # the parser answers that one
    # Only unfinished runs can be resumed, and only running ones are worth watching and can be controlled.
    is_for_others = command in ("resume", "watch", "pause", "continue", "stop")
    assert first == ([] if is_for_others else ["latest", run])


def test_nothing_is_completed_without_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert candidates(capsys, "test", "") == []
    assert candidates(capsys, "test", "latest", "--which", "") == []


def test_a_run_with_a_name_is_completed_by_it_too(run: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("runs", "rename", run, "a [red] name") == 0
    assert main("runs", "mark", run) == 0
    assert candidates(capsys, "test", "") == ["latest", "a [red] name", run]
    assert candidates(capsys, "runs", "unmark", "") == ["a [red] name", run]


def test_options_are_completed_to_checkpoints_models_presets_and_themes(
    run: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert candidates(capsys, "test", run, "--which", "") == ["best", "last"]
    assert candidates(capsys, "compare", "nothing", run, "--which-b", "") == ["best", "last"]
    assert candidates(capsys, "compare", "nothing", run, "--which", "") == []
    assert "resnet" in candidates(capsys, "train", "--model", "")
    assert candidates(capsys, "train", "--preset", "f") == ["fast", "accurate", "best", "classic"], "the shell filters"


@pytest.fixture
def program(tmp_path: Path, home: Path) -> dict[str, str]:
    """An environment in which `fmnist-tui` is the program."""
    executable = tmp_path / "bin" / "fmnist-tui"
    executable.parent.mkdir()
    executable.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fmnist_tui "$@"\n', encoding="utf-8")
    executable.chmod(0o755)
    path = os.pathsep.join([str(executable.parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "HOME": str(tmp_path), "FMNIST_TUI_HOME": str(home), "SHELL": "/bin/bash"}


def bash_replies(line: str, environment: dict[str, str]) -> list[str]:
    """Return what bash completes a command line to, with the completion that is installed in the home."""
    *words, last = line.split(" ")
    typed = " ".join(f"'{word}'" for word in (*words, last))
    script = (
        f". ~/.bashrc; COMP_WORDS=({typed}); COMP_CWORD={len(words)}; "
        "eval \"$(complete -p fmnist-tui | sed 's/^complete -F \\([^ ]*\\) .*/\\1/')\"; "
        "printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.split()


def test_bash_completes_commands_options_choices_and_runs(
    run: str, program: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HOME", "SHELL"):
        monkeypatch.setenv(name, program[name])
    capsys.readouterr()
    for _ in range(2):  # again, for a new version: the line in ~/.bashrc is not repeated
        assert main("completion", "install") == 0
        assert "completion for bash is in" in capsys.readouterr().out
    assert (Path(program["HOME"]) / ".bashrc").read_text(encoding="utf-8").count("fmnist-tui completion") == 1
    assert bash_replies("fmnist-tui res", program) == ["resume"]
    assert bash_replies("fmnist-tui train --epo", program) == ["--epochs"]
    assert bash_replies("fmnist-tui train --optimizer ada", program) == ["adam", "adamw"]
    assert bash_replies("fmnist-tui test 2", program) == [run]
    assert bash_replies(f"fmnist-tui test {run} --which l", program) == ["last"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_is_printed_and_its_syntax_is_right(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("completion", "show", shell) == 0
    script = capsys.readouterr().out
    assert COMPLETE in script
    assert "--learning-rate" in script.replace("-l learning-rate", "--learning-rate")
    assert (shell == "zsh") == script.endswith("compdef _cyclopts_fmnist-tui fmnist-tui\n")
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=True, timeout=60)


def test_a_shell_without_completion_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    assert main("completion", "show") == 2
    assert "$SHELL is 'tcsh'" in capsys.readouterr().err


def test_a_completion_that_cannot_be_installed_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".local").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main("completion", "install", "--shell", "bash") == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "fmnist-tui completion show bash" in error
