"""Each documented exit code, and no other."""

from pathlib import Path

import pytest
from commands import main

from fmnist_tui.cli.exit_codes import DONE, EXIT_CODES, FAILED, INTERRUPTED, WRONG_USAGE
from fmnist_tui.runs import catalog

CASES = [
    (["--help"], DONE),
    (["--version"], DONE),
    (["help", "train"], DONE),
    (["runs"], DONE),
    (["models", "logistic"], DONE),
    (["runs", "nothing"], FAILED),
    (["data", "--dataset", "kmnist"], FAILED),
    (["config", "check", "no-file.json"], FAILED),
    (["classify", "no-image.png"], FAILED),
    (["trian"], WRONG_USAGE),
    (["train", "--epochs", "many"], WRONG_USAGE),
    (["train", "--plain", "--json"], WRONG_USAGE),
    (["config", "unknown"], WRONG_USAGE),
    (["classify"], WRONG_USAGE),
]


@pytest.mark.parametrize(
    ("arguments", "code"), CASES, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_a_command_ends_with_the_documented_code(
    arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*arguments) == code
    captured = capsys.readouterr()
    assert captured.err.count("\n") == (0 if code == DONE else 1), "one line says why"
    assert bool(captured.out) == (code == DONE)


def test_an_interrupted_command_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(catalog, "list_runs", interrupt)
    assert main("runs") == INTERRUPTED
    assert capsys.readouterr().err == "fmnist-tui: interrupted\n"


def test_a_problem_that_doctor_finds_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("FMNIST_TUI_HOME", str(file))
    assert main("doctor") == FAILED


def test_all_documented_codes_are_tested() -> None:
    assert {code for _arguments, code in CASES} | {INTERRUPTED} == set(EXIT_CODES)
