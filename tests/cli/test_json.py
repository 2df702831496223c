"""`--json`: nothing but JSON on standard output, with the keys that are documented."""

import inspect
import json
import shutil
from importlib import import_module
from pathlib import Path

import pytest
from commands import main
from cyclopts import App
from PIL import Image

from fmnist_tui.cli.command_table import COMMANDS, function_of
from fmnist_tui.cli.json_output import EVENTS, JSON_OUTPUTS
from fmnist_tui.config import presets_of
from fmnist_tui.events import from_line
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.paths import runs_folder

TRAIN = ["train", "--model", "logistic", "--epochs", "1", "--data", "demo"]


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    """Return the objects that a command prints."""
    capsys.readouterr()
    assert main(*arguments, "--json") in (0, 1)  # 1 if a problem was found, which is in the JSON
    out = capsys.readouterr().out
    assert out.isascii(), "a terminal or a log with any encoding shows it"
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize("command", [name for name, shape in JSON_OUTPUTS.items() if shape.keys is not EVENTS])
def test_the_json_of_a_command_has_the_documented_keys(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tmp_path / "shirt.png"
    Image.new("L", (40, 40), 200).save(image)
    arguments = {
        "reproduce": ["latest"],
        "export": ["latest", "--format", "csv"],
        "test": ["latest"],
        "compare": ["latest", "latest"],
        "runs compare": ["latest", str(tmp_path / "a-copy")],
        "classify": [str(image)],
        "sweep show": ["a"],
    }
    assert main(*TRAIN) == 0
    if command.startswith("sweep"):
        assert main("sweep", "new", "a", "--batch-size", "32|64", "--trials", "2") == 0
    (run,) = runs_folder().iterdir()
    shutil.copytree(run, tmp_path / "a-copy")
    lines = output(capsys, *command.split(), *arguments.get(command, []))
    assert lines
    assert len(lines) == 1 or JSON_OUTPUTS[command].one
    for line in lines:
        assert list(line) == list(JSON_OUTPUTS[command].keys)


def test_the_json_of_a_training_is_its_events(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (TRAIN, ["resume", "latest", "--epochs", "2"]):
        for line in output(capsys, *arguments):
            assert from_line(json.dumps(line)) is not None
            assert {"type", "time"} <= set(line)


def test_every_command_with_json_is_documented() -> None:
    with_json = set()
    for command, entry in COMMANDS.items():
        module, name = function_of(command)
        function = getattr(import_module(module), name)
        functions = {command: function.default_command if isinstance(function, App) else function}
        for nested, (file, *_rest) in entry.nested.items():
            functions[f"{command} {nested}"] = getattr(import_module(f"fmnist_tui.cli.{file}"), nested)
        with_json |= {name for name, f in functions.items() if f and "json" in inspect.signature(f).parameters}
    assert with_json - {"runs show"} == set(JSON_OUTPUTS), "runs show prints what runs does"


def test_all_models_and_their_presets_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert [line["name"] for line in output(capsys, "models")] == list(ARCHITECTURES)
    (cnn,) = output(capsys, "models", "cnn")
    assert cnn["parameters"] == sum(layer["parameters"] for layer in cnn["layers"])  # type: ignore[attr-defined, index]
    presets = output(capsys, "presets", "resnet")
    assert [line["preset"] for line in presets] == list(presets_of("resnet"))


def test_a_failure_prints_no_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("test", "latest", "--json") == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
