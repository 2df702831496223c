"""`fmnist-tui config` and `train --config`: a run's config as a file."""

import json
from pathlib import Path
from typing import Any

import pytest
from commands import main

from fmnist_tui.cli.config_file import MAX_BYTES, read_config_file
from fmnist_tui.config import RunConfig, presets_of, specs_for
from fmnist_tui.models import ARCHITECTURES
from fmnist_tui.runs.resolve import resolve_run


def shown(capsys: pytest.CaptureFixture[str], *options: str) -> Any:
    capsys.readouterr()
    assert main("config", "show", *options) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("model", ARCHITECTURES)
def test_the_config_that_is_shown_is_the_preset_with_the_given_options(
    model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for preset in presets_of(model):
        config = shown(capsys, "--model", model, "--preset", preset, "--epochs", "7")
        assert RunConfig.model_validate(config) == RunConfig.from_flat(
            {**RunConfig.from_preset(preset, model).to_flat(), "epochs": 7}
        )


def test_a_file_is_trained_and_options_override_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "config.json"
    file.write_text('{"model": "logistic", "epochs": 3, "seed": 5, "data": "demo"}', encoding="utf-8")
    assert main("train", "--config", str(file), "--epochs", "1") == 0
    config = resolve_run("latest").config()
    assert (config.model_name, config.epochs, config.seed, config.batch_size) == ("logistic", 1, 5, 256)
    again = shown(capsys, "--config", str(resolve_run("latest").config_file), "--seed", "6")
    assert RunConfig.model_validate(again) == config.model_copy(update={"seed": 6})


def test_the_options_of_a_model_may_be_in_the_model_or_beside_it(tmp_path: Path) -> None:
    for text in (
        '{"$schema": "s.json", "model": {"name": "mlp", "hidden_units": [30]}}',
        '{"model": "mlp", "hidden_units": [30]}',
        '{"model": {"hidden_units": [30]}}',
    ):
        file = tmp_path / "config.json"
        file.write_text(text, encoding="utf-8")
        assert read_config_file(file, "fast", "mlp").to_flat()["hidden_units"] == (30,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{\n  "epochs": 0\n}', ["line 2: epochs is '0', but must be an integer from 1 to 100,000"]),
        ('{"seed": 1,\n\n"epohcs": 3}', ["line 3: 'epohcs' is not a field of a run", "Did you mean epochs?"]),
        ('{"model": {"name": "cnn",\n"hidden_units": [3]}}', ["line 2: hidden_units is an option of mlp, not of cnn"]),
        ('{"warmup": 0.1}', ["warmup was renamed to warmup_fraction"]),
        ('{"model":\n"gpt"}', ["line 1: model is 'gpt', but must be one of logistic"]),
        ('{"seed": 1,\n"seed": 2}', ["line 2: 'seed' is given twice"]),
        ('{"seed": 1,\n}', ["line 2, column 1: it is not JSON"]),
        ("[1]", ["holds no JSON object"]),
        ("[" * 100_000, ["nested too deeply"]),
        ('{"data": "demo", "dataset": "mnist"}', ["data is 'demo', but dataset is 'mnist'"]),
        ('{"optimizer": "\\u001b[31madm"}', ["optimizer is", "one of adam"]),
        ("\ufffe", ["it is not JSON"]),
        (" " * (MAX_BYTES + 1), ["larger than"]),
    ],
)
def test_an_invalid_file_is_one_line_with_the_place_and_exit_code_1(
    text: str, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "config.json"
    file.write_text(text, encoding="utf-8")
    for command in (["config", "check", str(file)], ["train", "--config", str(file)]):
        assert main(*command) == 1
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1
        assert "\x1b" not in captured.err
        for word in (*words, "config.json"):
            assert word in captured.err


def test_a_file_that_is_missing_or_not_text_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for file, words in ((tmp_path / "none.json", "No such file"), (tmp_path, "can't read"), (binary, "not UTF-8")):
        assert main("config", "check", str(file)) == 1
        assert words in capsys.readouterr().err


def test_another_model_than_the_files_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "config.json"
    file.write_text('{"model": "mlp"}', encoding="utf-8")
    assert main("train", "--config", str(file), "--model", "cnn") == 1
    assert "the model is mlp, but --model is 'cnn'" in capsys.readouterr().err
    assert main("train", "--config", str(file), "--epochs", "0") == 2, "an option is wrong usage"


def test_a_valid_file_is_checked_and_its_command_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "config.json"
    file.write_text('{"model": "mlp", "epochs": 3}', encoding="utf-8")
    assert main("config", "check", str(file)) == 0
    assert capsys.readouterr().out.splitlines()[1] == "fmnist-tui train --model mlp --epochs 3"


def test_the_schema_has_every_field_with_its_title_range_and_advice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("config", "schema") == 0
    schema = json.loads(capsys.readouterr().out)
    epochs = schema["properties"]["epochs"]
    assert (epochs["title"], epochs["type"], epochs["minimum"], epochs["maximum"]) == ("epochs", "integer", 1, 100_000)
    assert epochs["description"].startswith("Number of passes over the training images. ")
    assert schema["properties"]["optimizer"]["enum"] == ["adam", "adamw", "muon", "rmsprop", "sgd"]
    assert "required" not in schema
    for model in ARCHITECTURES:
        known = {*schema["properties"], *schema["$defs"][ARCHITECTURES[model].__name__]["properties"]}
        assert {spec.name for spec in specs_for(model)} <= known


def test_the_schema_accepts_shown_configs_and_refuses_misspelled_keys(capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    main("config", "schema")
    validator = jsonschema.Draft202012Validator(json.loads(capsys.readouterr().out))
    for model in ARCHITECTURES:
        validator.validate(shown(capsys, "--model", model))
    assert not validator.is_valid({"epohcs": 3})
    assert not validator.is_valid({"model": {"name": "cnn", "width": 3}})
