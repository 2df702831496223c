"""Which run a word names: latest, an identifier or the start of one, a name, a folder."""

import shutil
from pathlib import Path

import pytest

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import RunLabels, write_labels
from fmnist_tui.runs.resolve import require_free_name, resolve_run

CONFIG = RunConfig.from_preset("fast", "logistic")


def a_run(run: str, name: str = "") -> RunFolder:
    made = RunFolder.create(CONFIG)
    folder = RunFolder(made.path.rename(made.path.with_name(run)))
    if name:
        write_labels(folder, RunLabels(name=name))
    return folder


@pytest.fixture
def runs(home: Path) -> list[RunFolder]:
    return [
        a_run("20260101-000000-cnn", "baseline"),
        a_run("20260102-000000-cnn", "20260101"),
        a_run("20260103-000000-mlp"),
    ]


@pytest.mark.parametrize(
    ("ref", "number"),
    [
        ("20260101-000000-cnn", 0),
        ("baseline", 0),
        ("20260102", 1),
        ("20260101", 1),  # a name counts before the start of an identifier
        ("20260103-", 2),
        ("latest", 2),
    ],
)
def test_a_run_is_found_by_identifier_name_or_start(ref: str, number: int, runs: list[RunFolder]) -> None:
    assert resolve_run(ref) == runs[number]


def test_a_word_for_several_runs_is_refused_with_the_choices(runs: list[RunFolder]) -> None:
    with pytest.raises(UserError, match="'2026' matches 3 runs: 20260101-000000-cnn, 20260102-000000-cnn, 20260103"):
        resolve_run("2026")
    for number in range(8):
        a_run(f"2027-{number}")
    with pytest.raises(UserError, match="and 3 others"):
        resolve_run("2027-")


def test_a_copied_run_makes_its_name_ambiguous_and_both_are_listed(runs: list[RunFolder]) -> None:
    shutil.copytree(runs[0].path, runs[0].path.with_name("a-copy"))
    with pytest.raises(UserError, match="'baseline' matches 2 runs") as error:
        resolve_run("baseline")
    assert "a-copy" in str(error.value)
    assert "20260101-000000-cnn" in str(error.value)


def test_a_name_is_found_however_its_characters_are_composed(home: Path) -> None:
    folder = a_run("20260101-000000-cnn", "Größe")
    assert resolve_run("Gro\u0308ße") == folder


def test_a_folder_counts_only_if_no_run_has_that_name(
    runs: list[RunFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("baseline", "latest", "elsewhere"):
        shutil.copytree(runs[1].path, tmp_path / name)
    assert resolve_run("baseline") == runs[0]
    assert resolve_run("latest") == runs[2]
    assert resolve_run("elsewhere").path == tmp_path / "elsewhere"
    assert resolve_run("./baseline").path == tmp_path / "baseline"


def test_without_runs_a_folder_is_still_found(tmp_path: Path, home: Path) -> None:
    folder = a_run("20260101-000000-cnn")
    elsewhere = folder.path.rename(tmp_path / "elsewhere")
    assert resolve_run(str(elsewhere)).path == elsewhere
    with pytest.raises(UserError, match="no runs"):
        resolve_run("latest")


@pytest.mark.parametrize("name", ["baseline", "20260103-000000-mlp"])
def test_a_name_that_finds_another_run_is_taken(name: str, runs: list[RunFolder]) -> None:
    with pytest.raises(UserError, match=f"'{name}' is the name of run"):
        require_free_name(name)


def test_a_run_may_keep_its_name(runs: list[RunFolder]) -> None:
    require_free_name("baseline", "20260101-000000-cnn")
    require_free_name("new")
    require_free_name("")
