"""Where a picture of the screen is saved."""

from pathlib import Path

import pytest

from fmnist_tui.errors import UserError
from fmnist_tui.tui.screenshot import save_picture


def test_a_picture_is_saved_in_the_first_folder_that_allows_it(tmp_path: Path) -> None:
    assert save_picture("<svg/>", "a.svg", [tmp_path / "missing", tmp_path]) == tmp_path / "a.svg"
    assert (tmp_path / "a.svg").read_text() == "<svg/>"


def test_the_reason_of_the_first_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"can't save a screenshot as 'a.svg': Not a directory"):
        save_picture("<svg/>", "a.svg", [tmp_path / "file", tmp_path / "missing"])
