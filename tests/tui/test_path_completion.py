"""Paths are completed as in a shell."""

from pathlib import Path

import pytest

from fmnist_tui.tui.path_completion import complete


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shoes").mkdir()
    for name in ("shirt.png", "shirt [b]2.png", ".hidden"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def test_a_path_grows_by_what_its_candidates_have_in_common(folder: Path) -> None:
    found = complete(f"{folder}/s")
    assert found.text == f"{folder}/sh"
    assert found.candidates == ("shirt [b]2.png", "shirt.png", "shoes/")
    assert complete(f"{folder}/sho").text == f"{folder}/shoes/"


def test_folders_can_be_all_that_is_wanted(folder: Path) -> None:
    assert complete(f"{folder}/s", only_folders=True).candidates == ("shoes/",)


def test_hidden_files_are_offered_only_after_a_dot(folder: Path) -> None:
    assert ".hidden" not in complete(f"{folder}/").candidates
    assert complete(f"{folder}/.h").text == f"{folder}/.hidden"


def test_the_home_folder_stays_a_tilde(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert complete("~/sho").text == "~/shoes/"
    assert complete("~").text == "~/"


@pytest.mark.parametrize("text", ["/no/such/folder/x", "zzz-nothing", "\0"])
def test_what_leads_nowhere_stays(text: str) -> None:
    assert complete(text) == (text, ())
