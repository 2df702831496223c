"""An export is written whole or not at all, and over nothing but an earlier export."""

from pathlib import Path

import pytest

from fmnist_tui.errors import UserError
from fmnist_tui.exporting.formats import export_format_named
from fmnist_tui.exporting.target import new_target


def export(target: Path, content: str = "new", *, overwrite: bool = False) -> None:
    with new_target(target, overwrite=overwrite, is_export=Path.is_file) as temporary:
        temporary.write_text(content)


def export_folder(target: Path, content: str = "new", *, overwrite: bool = False) -> None:
    is_export = export_format_named("tensorboard").is_export
    with new_target(target, overwrite=overwrite, is_export=is_export) as temporary:
        temporary.mkdir()
        (temporary / "events.out.tfevents.1").write_text(content)


def test_a_file_is_written_once_and_replaced_on_request_only(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    export(target, "first")
    with pytest.raises(UserError, match=r"exists\. Replace it with --force"):
        export(target)
    assert target.read_text() == "first"
    export(target, overwrite=True)
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_is_replaced_on_request_only(tmp_path: Path) -> None:
    target = tmp_path / "board"
    export_folder(target, "first")
    with pytest.raises(UserError, match="exists"):
        export_folder(target)
    export_folder(target, overwrite=True)
    assert (target / "events.out.tfevents.1").read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_with_other_files_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UserError, match="is not an export of this format"):
        export_folder(tmp_path, overwrite=True)
    assert (tmp_path / "thesis.tex").exists()


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    export(target, "first")
    with pytest.raises(RuntimeError), new_target(target, overwrite=True, is_export=Path.is_file) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "first"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_that_appears_during_the_export_stays(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    with (
        pytest.raises(UserError, match="can't write"),
        new_target(target, overwrite=False, is_export=Path.is_file) as temporary,
    ):
        temporary.write_text("new")
        target.write_text("another program's")
    assert target.read_text() == "another program's"


@pytest.mark.parametrize("overwrite", [False, True])
def test_nothing_is_written_through_a_link(overwrite: bool, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    link = tmp_path / "a.csv"
    link.symlink_to(precious)
    with pytest.raises(UserError):
        export(link, overwrite=overwrite)
    assert precious.read_text() == "mine"


def test_a_missing_folder_is_an_error_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no folder"):
        export(tmp_path / "nowhere" / "a.csv")
