"""The help of every command: complete, within 80 columns, and with examples that the parser accepts."""

import inspect
import shlex
from importlib import import_module

import pytest
from commands import main
from cyclopts import App

from fmnist_tui.cli.command_table import COMMANDS, function_of
from fmnist_tui.cli.commands import parser
from fmnist_tui.cli.exit_codes import EXIT_CODES

NESTED = [line.split() for line in ("data show", "data fetch", "completion install", "completion show")]
NESTED += [line.split() for line in ("config show", "config check", "config schema")]
NESTED += [[command, name] for command in ("runs", "sweep") for name in COMMANDS[command].nested]


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("command", [[], *([command] for command in COMMANDS), *NESTED], ids=" ".join)
def test_the_help_of_a_command_fits_into_80_columns_and_ends_with_examples(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*command, "--help") == 0
    page = capsys.readouterr().out
    assert page.startswith(f"Usage: {' '.join(['fmnist-tui', *command])}")
    lines = page.splitlines()
    assert [line for line in lines if len(line) > 80 or line != line.rstrip()] == []
    assert ("Examples:" if command else "Exit codes:") in lines
    assert main("help", *command) == 0
    assert capsys.readouterr().out == page


@pytest.mark.parametrize(("command", "line"), [(name, command.summary) for name, command in COMMANDS.items()])
def test_a_command_is_listed_with_the_first_line_of_its_own_help(command: str, line: str) -> None:
    module, name = function_of(command)
    function = getattr(import_module(module), name)
    help_text = function.help if isinstance(function, App) else inspect.getdoc(function)
    assert help_text.splitlines()[0] == line


@pytest.mark.parametrize(
    ("module", "name", "line"),
    [(nested.module, name, nested.summary) for one in COMMANDS.values() for name, nested in one.nested.items()],
)
def test_a_nested_command_is_listed_with_the_first_line_of_its_own_help(module: str, name: str, line: str) -> None:
    function = getattr(import_module(f"fmnist_tui.cli.{module}"), name)
    assert inspect.getdoc(function).splitlines()[0] == line  # type: ignore[union-attr]


@pytest.mark.parametrize("example", [line for command in COMMANDS.values() for line in command.examples.values()])
def test_an_example_is_accepted_by_the_parser(example: str) -> None:
    words = shlex.split(example.partition(" | ")[0].partition(" > ")[0])
    app = parser(lambda _data: 0, COMMANDS)
    assert words[0] in COMMANDS
    app.parse_args(words, exit_on_error=False, print_error=False)


def test_the_help_of_a_nested_command_shows_only_its_own_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("help", "data", "fetch") == 0
    examples = [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip().startswith("$")]
    assert examples == ["$ fmnist-tui data fetch --dataset mnist"]


def test_the_programs_help_lists_all_commands_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("--help") == 0
    words = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert {*COMMANDS, *map(str, EXIT_CODES)} <= set(words)


def test_help_for_an_unknown_command_names_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("help", "trian") == 2
    assert "Did you mean train?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "epochs", "rate", "optimizer"),
    [([], "5", "0.025", "muon"), (["--model", "mlp", "--preset=accurate"], "60", "0.003", "adamw")],
)
def test_the_help_of_train_shows_kinds_ranges_choices_and_the_defaults_of_the_given_preset(
    options: list[str], epochs: str, rate: str, optimizer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("train", *options, "--help") == 0
    page = " ".join(capsys.readouterr().out.split())
    assert f"--epochs INT Number of passes over the training images (1 … 100,000). [default {epochs}]" in page
    assert (
        f"--learning-rate FLOAT Learning rate; its maximum if the schedule changes it (> 0 … 10). [default {rate}]"
        in page
    )
    assert f"[one of adam, adamw, muon, rmsprop, sgd; default {optimizer}]" in page
    assert "[default 0 (auto)]" in page


@pytest.mark.parametrize("options", [["--model", "gpt"], ["--model"], ["--model", "resnet", "--preset", "classic"]])
def test_help_is_shown_beside_a_model_or_preset_that_does_not_exist(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("train", *options, "--help") == 0
    assert "--epochs INT" in capsys.readouterr().out
