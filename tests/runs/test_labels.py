"""The labels of a run: what they may be, and that no file in their place does harm."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fmnist_tui.errors import UserError
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import MAX_FILE_BYTES, MAX_TAGS, RunLabels, read_labels, write_labels


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    path = tmp_path / "20260101-000000-cnn"
    path.mkdir()
    return RunFolder(path)


def test_labels_round_trip(folder: RunFolder) -> None:
    assert read_labels(folder) == RunLabels()
    labels = RunLabels(name="[red]Größe 🙂 שלום", note="first line\nsecond", tags=("paper", "lr:1"), is_marked=True)
    write_labels(folder, labels)
    assert read_labels(folder) == labels
    assert [path.name for path in folder.path.iterdir()] == ["labels.json"]


def test_names_that_look_the_same_are_the_same() -> None:
    assert RunLabels(name=" Gro\u0308ße ").name == "Größe"


def test_a_tag_is_stored_once() -> None:
    assert RunLabels(tags=("a", "b", "a")).tags == ("a", "b")


def test_runs_that_are_made_at_once_are_numbered() -> None:
    labels = RunLabels(name="sweep", tags=("paper",))
    assert [each.name for each in labels.numbered(3)] == ["sweep-1", "sweep-2", "sweep-3"]
    assert [each.name for each in labels.numbered(2, {"sweep", "sweep-1", "sweep-3"})] == ["sweep-2", "sweep-4"]
    assert labels.numbered(1) == [labels]
    assert RunLabels(note="x").numbered(2) == [RunLabels(note="x")] * 2
    with pytest.raises(UserError, match="80 is the limit"):
        RunLabels(name="x" * 80).numbered(2)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"name": "../../x"}, "name '../../x' has a slash"),
        ({"name": "a\\b"}, "slash"),
        ({"name": "\x1b]0;owned\x07"}, r"character that can't be shown: U\+001B"),
        ({"name": "a\u202eb"}, r"U\+202E"),
        ({"name": "a\nb"}, r"U\+000A"),
        ({"name": "\udcff"}, "name is"),
        ({"name": "x" * 10_000}, "the name has 10,000 characters, but 80 is the limit"),
        ({"name": "latest"}, "another run"),
        ({"name": ".."}, "folder"),
        ({"name": "--yes"}, "hyphen"),
        ({"name": 5}, "name is '5'"),
        ({"tags": ("two words",)}, "tag 'two words' must be one word"),
        ({"tags": ("-draft",)}, "one word"),
        ({"tags": ("",)}, "one word"),
        ({"tags": ("\x1b[31m",)}, "one word"),
        ({"tags": ("x" * 41,)}, "the tag has 41 characters"),
        ({"tags": tuple(map(str, range(MAX_TAGS + 1)))}, "51 tags are too many"),
        ({"tags": "paper"}, "tag is 'paper'"),
        ({"note": "x" * 2_001}, "the note has 2,001 characters"),
        ({"note": "\x1b[2J"}, "control character"),
        ({"is_marked": "yes"}, "mark is 'yes'"),
    ],
)
def test_invalid_labels_are_refused_with_their_value(values: dict[str, Any], problem: str) -> None:
    with pytest.raises(UserError, match=problem) as error:
        RunLabels.of(**values)
    assert error.value.line().isprintable()
    assert len(error.value.line()) < 300


def a_folder(file: Path) -> None:
    file.mkdir()


def a_fifo(file: Path) -> None:
    os.mkfifo(file)


def a_loop(file: Path) -> None:
    file.symlink_to(file)


def an_endless_device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def a_huge_file(file: Path) -> None:
    file.touch()
    os.truncate(file, 1 << 30)


def text(content: str) -> Any:
    return lambda file: file.write_bytes(content.encode(errors="surrogateescape"))


OBSTACLES = {
    "a folder": a_folder,
    "a FIFO": a_fifo,
    "a loop": a_loop,
    "a device": an_endless_device,
    "huge": a_huge_file,
    "empty": text(""),
    "not UTF-8": text('{"name": "\udcff"}'),
    "a list": text("[]"),
    "a number in place of a name": text('{"name": 1}'),
    "lists in place of tags": text('{"tags": [["paper"]]}'),
    "an escape sequence": text(json.dumps({"name": "\x1b]0;owned\x07"})),
    "a lone surrogate": text('{"name": "\\ud800"}'),
    "deep": text('{"tags": ' + "[" * (MAX_FILE_BYTES // 2)),
    "a path": text('{"name": "../../x"}'),
}


@pytest.mark.skipif(os.name != "posix", reason="makes FIFOs and links")
@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_what_holds_no_labels_is_one_line_that_names_the_file(obstacle: str, folder: RunFolder) -> None:
    OBSTACLES[obstacle](folder.labels_file)
    with pytest.raises(UserError, match=r"labels\.json") as error:
        read_labels(folder)
    assert error.value.line().isprintable()


@pytest.mark.skipif(os.name != "posix", reason="makes a link")
def test_labels_are_never_written_through_a_link(folder: RunFolder, tmp_path: Path) -> None:
    target = tmp_path / "someone-elses-file"
    target.write_text("untouched")
    folder.labels_file.symlink_to(target)
    write_labels(folder, RunLabels(name="mine"))
    assert target.read_text() == "untouched"
    assert read_labels(folder).name == "mine"


def test_labels_that_cannot_be_written_are_one_line(folder: RunFolder) -> None:
    folder.labels_file.mkdir()
    with pytest.raises(UserError, match="can't write"):
        write_labels(folder, RunLabels(name="mine"))
