"""Files of a later version: unknown fields are ignored, unknown values are reported, and nothing is set aside."""

import json
from pathlib import Path

import pytest
from sessions import CONFIG, resume, train

from fmnist_tui import atomic_files
from fmnist_tui.checkpoints.manifest import _digest_prefix, manifest_file, read_manifest
from fmnist_tui.cli.main import run as run_command
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState
from fmnist_tui.runs.catalog import summary_of
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.resolve import resolve_run

MORE = ResumeOverrides(epochs=3)


@pytest.fixture
def folder() -> RunFolder:
    train(CONFIG)
    return resolve_run("latest")


MAPS = ("variables",)
"""The objects whose keys are no fields."""


def with_more_fields(value: object) -> object:
    """Return the value with an unknown field in each of its objects."""
    if isinstance(value, dict):
        known = {name: inner if name in MAPS else with_more_fields(inner) for name, inner in value.items()}
        return {**known, "from_the_future": [1, {"a": 2}]}
    return [with_more_fields(inner) for inner in value] if isinstance(value, list) else value


def reseal(file: Path, **changes: object) -> None:
    manifest = with_more_fields({**json.loads(file.read_bytes())["manifest"], **changes})
    text = json.dumps(manifest).encode()
    file.write_bytes(_digest_prefix(text) + text + b"}\n")


def contents(folder: RunFolder) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.checkpoints.iterdir()}


def test_fields_that_a_later_version_added_are_ignored(folder: RunFolder) -> None:
    events = list(read_events(folder.events_file))
    manifest = read_manifest(manifest_file(folder.checkpoints, "last"))
    folder.config_file.write_text(json.dumps(with_more_fields(json.loads(folder.config_file.read_text()))))
    lines = [json.dumps(with_more_fields(json.loads(line))) for line in folder.events_file.read_text().splitlines()]
    folder.events_file.write_text("".join(f"{line}\n" for line in lines))
    for file in folder.checkpoints.glob("*.json"):
        reseal(file)
    assert folder.config() == CONFIG
    assert list(read_events(folder.events_file)) == events
    assert read_manifest(manifest_file(folder.checkpoints, "last")) == manifest
    assert not summary_of(folder).problem
    assert resume(folder, overrides=MORE).state is RunState.FINISHED


@pytest.mark.parametrize("values", [{"from_the_future": 1}, {"model": "mlp", "from_the_future": 1}])
def test_unknown_fields_are_refused_in_input(values: dict[str, object]) -> None:
    with pytest.raises(UserError, match="from_the_future"):
        RunConfig.from_flat(values)


@pytest.mark.parametrize("changes", [{"version": 2}, {"precision": "fp4"}])
def test_a_manifest_of_a_later_version_is_reported_and_left_alone(
    folder: RunFolder, changes: dict[str, object]
) -> None:
    reseal(manifest_file(folder.checkpoints, "last"), **changes)
    before = contents(folder)
    ended = resume(folder, overrides=MORE)
    assert ended.state is RunState.FAILED
    assert "later version of fmnist-tui" in ended.reason
    assert contents(folder) == before


@pytest.mark.parametrize("kind", ["manifest", "tensors"])
def test_a_checkpoint_that_is_temporarily_unreadable_is_neither_set_aside_nor_skipped(
    folder: RunFolder, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = read_manifest(manifest_file(folder.checkpoints, "last"))
    name = "last.json" if kind == "manifest" else manifest.weights.name
    before, original = contents(folder), atomic_files.open_regular

    def open_regular(file: Path) -> object:
        if file.name == name:
            raise OSError(5, "Input/output error")
        return original(file)

    with monkeypatch.context() as patch:
        patch.setattr(atomic_files, "open_regular", open_regular)
        ended = resume(folder, overrides=MORE)
    assert ended.state is RunState.FAILED
    assert "Input/output error" in ended.reason
    assert contents(folder) == before
    assert resume(folder, overrides=MORE).state is RunState.FINISHED


@pytest.mark.parametrize("changes", [{"model": {"name": "transformer"}}, {"optimizer": "lion"}])
def test_a_config_of_a_later_version_is_a_one_line_error(
    folder: RunFolder, changes: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    folder.config_file.write_text(json.dumps({**json.loads(folder.config_file.read_text()), **changes}))
    assert "later version of fmnist-tui" in summary_of(folder).problem
    assert run_command(["resume", folder.run], open_interface=lambda _data: 0) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "later version of fmnist-tui" in error
