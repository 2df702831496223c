"""`runs show`, `rename`, `note`, `tag`, `mark`, `delete` and `restore`, and the labels of a new run."""

import json
import sys
from pathlib import Path

import configs
import pytest
from commands import main

from fmnist_tui.config import RunConfig
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, read_labels, write_labels
from fmnist_tui.runs.resolve import resolve_run, run_folders
from fmnist_tui.runs.trash import list_trash

HOSTILE_NAMES = ["[red]x", "🙂 שלום", "{x} %s", "$(reboot)", "'; rm -rf ~"]


@pytest.fixture
def folder() -> RunFolder:
    return RunFolder.create(RunConfig.from_preset("fast", "logistic"))


@pytest.fixture
def other(folder: RunFolder) -> RunFolder:
    return RunFolder.create(configs.MLP)


def test_a_new_run_is_labeled_and_its_name_is_not_given_twice(capsys: pytest.CaptureFixture[str]) -> None:
    train = ["train", "--model", "logistic", "--epochs", "1", "--data", "demo"]
    assert main(*train, "--name", "baseline", "--note", "-first", "--tag", "a", "--tag", "b") == 0
    labels = RunLabels(name="baseline", note="-first", tags=("a", "b"))
    assert read_labels(resolve_run("baseline")) == labels
    assert main(*train, "--name", "baseline") == 1
    assert main(*train, "--name", "../../x") == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2
    assert "'baseline' is the name of run" in errors[0]
    assert "has a slash" in errors[1]
    assert len(run_folders()) == 1


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_run_is_renamed_found_shown_and_unnamed(
    name: str, folder: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("runs", "rename", folder.run, name) == 0
    assert main("runs", "show", name) == 0
    assert f"name       {name}" in capsys.readouterr().out
    assert main("runs", name, "--json") == 0
    assert json.loads(capsys.readouterr().out)["name"] == name
    assert main("runs", "rename", name, "") == 0
    assert read_labels(folder) == RunLabels()


def test_a_name_of_another_run_is_refused(folder: RunFolder, other: RunFolder) -> None:
    assert main("runs", "rename", folder.run, "baseline") == 0
    assert main("runs", "rename", "baseline", "baseline") == 0
    assert main("runs", "rename", other.run, "baseline") == 1
    assert main("runs", "rename", other.run, folder.run) == 1
    assert read_labels(other) == RunLabels()


def test_a_note_may_have_several_lines(folder: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("runs", "note", "latest", "first\n[red]second") == 0
    assert main("runs", "show", "latest") == 0
    assert "note       first\n           [red]second\n" in capsys.readouterr().out


def test_tags_are_added_to_and_removed_from_several_runs(folder: RunFolder, other: RunFolder) -> None:
    assert main("runs", "tag", folder.run, "+paper", "+draft", other.run) == 0
    assert main("runs", "tag", "-draft", other.run, "+new") == 0
    assert read_labels(folder).tags == ("paper", "draft")
    assert read_labels(other).tags == ("paper", "new")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["latest"], "no tag is given"),
        (["+paper"], "no run is given"),
        (["latest", "+two words"], "one word"),
        (["latest", "--papre"], "there is no option '--papre'"),
    ],
)
def test_a_command_for_tags_that_makes_no_sense_changes_nothing(
    words: list[str], problem: str, folder: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("runs", "tag", *words) == 2
    assert problem in capsys.readouterr().err
    assert read_labels(folder) == RunLabels()


def test_a_run_that_is_not_found_keeps_all_from_being_changed(folder: RunFolder) -> None:
    assert main("runs", "tag", folder.run, "nope", "+paper") == 1
    assert main("runs", "mark", folder.run, "nope") == 1
    assert main("runs", "delete", folder.run, "nope") == 1
    assert read_labels(folder) == RunLabels()


def test_marks_are_set_and_removed_one_by_one_or_all_at_once(folder: RunFolder, other: RunFolder) -> None:
    assert main("runs", "mark", folder.run, other.run) == 0
    assert main("runs", "unmark", folder.run) == 0
    assert [read_labels(run).is_marked for run in (folder, other)] == [False, True]
    assert main("runs", "mark", folder.run) == 0
    assert main("runs", "unmark") == 0
    assert [read_labels(run).is_marked for run in (folder, other)] == [False, False]


def test_damaged_labels_are_reported_and_not_overwritten(folder: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.labels_file.write_text('{"note": "a long story",')
    assert main("runs", "rename", folder.run, "baseline") == 1
    assert "holds no valid labels" in capsys.readouterr().err
    assert "a long story" in folder.labels_file.read_text()
    assert main("runs", "show", folder.run) == 0
    assert "problem    " in capsys.readouterr().out


def test_a_run_is_deleted_listed_in_the_trash_and_restored(
    folder: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    write_labels(folder, RunLabels(name="[red]base"))
    assert main("runs", "delete", "[red]base") == 0
    assert f"fmnist-tui runs restore {folder.run}" in capsys.readouterr().out
    assert run_folders() == {}
    assert main("runs", "restore") == 0
    listed = capsys.readouterr().out
    assert folder.run in listed
    assert "[red]base" in listed
    assert main("runs", "restore", "[red]base") == 0
    assert list(run_folders()) == [folder.run]
    assert main("runs", "restore") == 0
    assert "the trash is empty" in capsys.readouterr().out


def test_a_permanent_deletion_needs_a_yes(
    folder: RunFolder, other: RunFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("runs", "delete", "--permanently", folder.run) == 2  # stdin is no terminal here
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    asked = []
    for answer in ("", "n", EOFError()):

        def answered(question: str, answer: str | Exception = answer) -> str:
            asked.append(question)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr("builtins.input", answered)
        assert main("runs", "delete", "--permanently", folder.run) == 1
    assert asked == [f"Delete run {folder.run} permanently? [y/N] "] * 3
    assert len(run_folders()) == 2
    monkeypatch.setattr("builtins.input", lambda _question: "y")
    assert main("runs", "delete", "--permanently", folder.run) == 0
    assert list(run_folders()) == [other.run]
    assert list_trash() == []


def test_the_trash_is_emptied(folder: RunFolder, other: RunFolder, home: Path) -> None:
    assert main("runs", "delete", folder.run, other.run) == 0
    assert main("runs", "delete", "--permanently", "--yes", other.run) == 0
    assert [trashed.run for trashed in list_trash()] == [folder.run]
    assert main("runs", "delete", "--permanently", "--yes") == 0
    assert list((home / "trash").iterdir()) == []
