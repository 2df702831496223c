"""Photographs and drawings are converted to the format of Fashion-MNIST's images."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from fmnist_tui.data import photos
from fmnist_tui.data.image_types import GrayImage
from fmnist_tui.data.photos import fitted, read_photograph
from fmnist_tui.errors import UserError


def a_shirt(size: tuple[int, int], ground: int, garment: int, margin: float = 0.2) -> Image.Image:
    """Return a gray T shape: sleeves at the top, the body below."""
    image = Image.new("L", size, ground)
    width, height = size
    left, top, right, bottom = margin * width, margin * height, (1 - margin) * width, (1 - margin) * height
    draw = ImageDraw.Draw(image)
    draw.rectangle((left, top, right, top + 0.2 * height), fill=garment)
    draw.rectangle((width * 0.4, top, width * 0.6, bottom), fill=garment)
    return image


def saved(image: Image.Image, folder: Path, name: str = "shirt.png") -> GrayImage:
    image.save(folder / name)
    return read_photograph(folder / name)


@pytest.mark.parametrize("name", ["shirt.png", "shirt.jpg", "shirt.webp", "shirt.gif", "shirt.bmp"])
def test_a_dark_garment_on_white_is_negated_and_fills_the_frame(name: str, tmp_path: Path) -> None:
    image = saved(a_shirt((400, 400), 255, 40), tmp_path, name)
    assert (image.shape, image.dtype) == ((28, 28), np.uint8)
    rows, columns = (np.flatnonzero((image > 100).any(axis=axis)) for axis in (1, 0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (0, 27, 0, 27)
    assert image[3, 14] > 180
    assert image[-1, 0] < 20, "the ground is black"


def test_a_bright_garment_on_black_stays_as_it_is(tmp_path: Path) -> None:
    on_white = saved(a_shirt((300, 300), 255, 55), tmp_path)
    on_black = saved(a_shirt((300, 300), 0, 200), tmp_path)
    assert np.abs(on_white.astype(int) - on_black.astype(int)).max() <= 2


def test_the_shorter_side_is_centered(tmp_path: Path) -> None:
    image = saved(Image.new("L", (300, 300), 255), tmp_path)
    assert not image.any(), "nothing is in it"
    tall = Image.new("L", (500, 500), 255)
    ImageDraw.Draw(tall).rectangle((200, 50, 300, 450), fill=30)
    columns = np.flatnonzero((saved(tall, tmp_path) > 100).any(axis=0))
    assert abs((columns[0] + columns[-1]) / 2 - 13.5) <= 0.5
    assert 6 <= len(columns) <= 8


def test_where_and_how_large_the_garment_lies_does_not_matter(tmp_path: Path) -> None:
    near = saved(a_shirt((300, 300), 255, 40, margin=0.05), tmp_path).astype(int)
    far = Image.new("L", (900, 700), 255)
    far.paste(a_shirt((300, 300), 255, 40, margin=0.05), (500, 350))
    assert np.abs(near - saved(far, tmp_path).astype(int)).mean() < 10


def test_transparent_pixels_are_background(tmp_path: Path) -> None:
    cut_out = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(cut_out).rectangle((50, 50, 150, 150), fill=(20, 20, 120, 255))
    image = saved(cut_out, tmp_path)
    assert image.min() > 150, "a square fills the whole frame"


def test_a_photograph_taken_sideways_is_set_upright(tmp_path: Path) -> None:
    upright = a_shirt((300, 400), 255, 40)
    expected = saved(upright, tmp_path)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    upright.rotate(90, expand=True).save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(read_photograph(tmp_path / "turned.png"), expected)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (28, 28), (5, 7), (3000, 10)])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16"])
def test_any_size_and_mode_is_read(size: tuple[int, int], mode: str, tmp_path: Path) -> None:
    suffix = "tiff" if mode in ("CMYK", "I;16") else "png"
    Image.new("L", size, 130).convert("I" if mode == "I;16" else mode).save(tmp_path / f"any.{suffix}")
    assert read_photograph(tmp_path / f"any.{suffix}").shape == (28, 28)


def test_a_file_that_is_not_an_image_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "shirt.png"
    with pytest.raises(UserError, match="can't read"):
        read_photograph(file)
    with pytest.raises(UserError, match=r"can't read|not an image"):
        read_photograph(tmp_path)
    file.write_text("not an image")
    with pytest.raises(UserError, match=r"not an image.*PNG"):
        read_photograph(file)
    a_shirt((400, 400), 255, 40).save(file)
    content = file.read_bytes()
    for cut in (9, 40, len(content) // 2):
        file.write_bytes(content[:cut])
        with pytest.raises(UserError):
            read_photograph(file)
    file.write_bytes(content)
    monkeypatch.setattr(photos, "MAX_PIXELS", 1000)
    with pytest.raises(UserError, match="more than 1,000 pixels"):
        read_photograph(file)
    monkeypatch.setattr(photos, "MAX_FILE_BYTES", 10)
    with pytest.raises(UserError, match="more than 10 bytes"):
        read_photograph(file)


def test_a_drawing_is_fitted_on_its_empty_ground_however_bright_its_corners_are() -> None:
    drawing = np.full((28, 28), 200, np.uint8)
    drawing[20:] = 0
    fit = fitted(drawing)
    assert (fit[8:18] > 150).all(), "bright stays bright"
    assert not fit[:3].any()
    assert not fit[25:].any()
    again = fitted(fit)
    assert np.abs(again.astype(int) - fit).max() <= 60
    assert not fitted(np.zeros((28, 28), np.uint8)).any()
