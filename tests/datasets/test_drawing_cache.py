"""The cache of drawn images."""

import os
from pathlib import Path

import pytest
import torch

from fmnist_tui.datasets._drawing_cache import drawn_once
from fmnist_tui.datasets._garments import draw_demo
from fmnist_tui.datasets.demo import DEMO

GeneratedSplits = tuple[tuple[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]


class Drawing:
    """Counts how often it is drawn."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> GeneratedSplits:
        self.times += 1
        return draw_demo(20, 10)


def are_equal(a: GeneratedSplits, b: GeneratedSplits) -> bool:
    pairs = zip([*a[0], *a[1]], [*b[0], *b[1]], strict=True)
    return all(torch.equal(one, other) and one.dtype == other.dtype for one, other in pairs)


def test_images_are_drawn_once_and_then_read_to_the_same_bits(tmp_path: Path) -> None:
    drawing, file = Drawing(), tmp_path / "demo" / "1.images"
    first, second = drawn_once(file, drawing), drawn_once(file, drawing)
    assert are_equal(first, second)
    assert drawing.times == 1


def test_a_file_of_an_earlier_version_is_replaced(tmp_path: Path) -> None:
    drawing = Drawing()
    drawn_once(tmp_path / "1.images", drawing)
    drawn_once(tmp_path / "2.images", drawing)
    assert drawing.times == 2
    assert [file.name for file in tmp_path.iterdir()] == ["2.images"]


@pytest.mark.parametrize("damage", ["truncated", "changed", "empty", "foreign"])
def test_a_damaged_file_is_drawn_again(damage: str, tmp_path: Path) -> None:
    drawing, file = Drawing(), tmp_path / "1.images"
    drawn = drawn_once(file, drawing)
    content = file.read_bytes()
    changed = content[:2000] + bytes([content[2000] ^ 1]) + content[2001:]
    file.write_bytes(
        {"truncated": content[:-1000], "changed": changed, "empty": b"", "foreign": b"not an image"}[damage]
    )
    assert are_equal(drawn_once(file, drawing), drawn)
    assert drawing.times == 2
    assert file.read_bytes() == content


def test_images_are_drawn_where_nothing_can_be_cached(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    drawing = Drawing()
    (tmp_path / "no folder").write_text("")
    assert are_equal(drawn_once(tmp_path / "no folder" / "1.images", drawing), draw_demo(20, 10))
    assert "not cached" in caplog.text


def test_a_file_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "1.images")
    drawn_once(tmp_path / "1.images", Drawing())
    assert (tmp_path / "1.images").is_file()


def test_the_demo_is_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = Drawing()
    monkeypatch.setattr("fmnist_tui.datasets._garments.draw_demo", drawing)
    monkeypatch.setattr("fmnist_tui.datasets.demo.cache_folder", lambda: tmp_path / "cache")
    assert DEMO.generate is not None
    assert are_equal(DEMO.generate(), DEMO.generate())
    assert drawing.times == 1
    assert [file.suffix for file in (tmp_path / "cache" / "demo").iterdir()] == [".images"]
