"""Convert image files into images like the datasets': 28×28 gray pixels, bright on black, the object filling the frame.

The steps are those of H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
learning algorithms" (2017), figure 1: trim the border, scale the longer side to 28, sharpen, center, invert, convert to
gray.
"""

import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from fmnist_tui.atomic_files import open_regular
from fmnist_tui.data.image_types import FILE_FORMATS, GrayImage
from fmnist_tui.datasets import SIDE
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

MAX_FILE_BYTES = 50_000_000

MAX_PIXELS = 100_000_000

LIKE_A_CORNER = 0.05
"""The largest difference from the corners' gray value, as a fraction of 255, of pixels to trim: the paper's 5 %."""

CATALOG_SIDE = 73
"""The longer side of the thumbnails that Fashion-MNIST was made from. A larger image is scaled to that size first, so
that the next step drops as many pixels as it did there."""


def read_photograph(file: Path) -> GrayImage:
    """Return the image in a file, converted to the datasets' format.

    Raises:
        UserError: The file can't be read, is too large, needs too much memory, or is not an image of a known format.
    """
    name = quote(file, 200)
    too_many_pixels = UserError(f"{name} has more than {MAX_PIXELS:,} pixels", "Scale the image down")
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise UserError(f"{name} has more than {MAX_FILE_BYTES:,} bytes", "Scale the image down")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about metadata, which is not used
            with open_regular(file) as stream, Image.open(stream, formats=FILE_FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise too_many_pixels
                return as_dataset_image(_gray(ImageOps.exif_transpose(opened)))
    except UnidentifiedImageError as error:
        raise UserError(f"{name} is not an image of a known format", f"Use one of {', '.join(FILE_FORMATS)}") from error
    except Image.DecompressionBombError as error:  # Pillow's own limit, checked while the file is opened
        raise too_many_pixels from error
    except MemoryError as error:
        raise UserError(f"{name} needs more memory than is available", "Scale the image down") from error
    except OSError as error:
        raise UserError(f"can't read {name}: {error.strerror or error}") from error
    except (ValueError, SyntaxError, EOFError, OverflowError, struct.error, zlib.error) as error:
        raise UserError(f"{name} is damaged: {quote(error)}") from error


def as_dataset_image(gray: Image.Image) -> GrayImage:
    """Return a gray image (mode "L") of any size, converted like the images of Fashion-MNIST."""
    ground = _ground(gray)
    trimmed = _trimmed(gray, ground)
    if max(trimmed.size) > CATALOG_SIDE:
        trimmed = _resized(trimmed, CATALOG_SIDE, Image.Resampling.BOX)
    method = Image.Resampling.NEAREST if max(trimmed.size) >= SIDE else Image.Resampling.BICUBIC
    small = _resized(trimmed, SIDE, method).filter(ImageFilter.UnsharpMask(radius=1, percent=50, threshold=0))
    pixels = np.asarray(_framed(small, ground), dtype=np.int64)
    # The background becomes 0: images on white are inverted, images on black are not.
    bright = ground - pixels if ground >= 128 else pixels - ground
    reach = max(1, ground, 255 - ground)
    image: GrayImage = np.clip(np.rint(bright * 255 / reach), 0, 255).astype(np.uint8)
    return image


def fitted(image: GrayImage) -> GrayImage:
    """Return a drawing on background 0, scaled and centered like the datasets' images; an empty one stays empty."""
    small = _resized(_trimmed(Image.fromarray(image, "L"), ground=0), SIDE, Image.Resampling.BICUBIC)
    centered: GrayImage = np.array(_framed(small, ground=0))
    return centered


def _gray(image: Image.Image) -> Image.Image:
    """Return the image in gray, with a white background if it is transparent."""
    if image.mode in ("I;16", "I", "F"):
        values = np.asarray(image, dtype=np.float64)
        low, high = float(values.min()), float(values.max())
        return Image.fromarray(((values - low) * 255 / max(high - low, 1e-9)).astype(np.uint8), "L")
    colored = image.convert("RGBA")
    white = Image.new("RGBA", colored.size, "white")
    return Image.alpha_composite(white, colored).convert("L")


def _ground(gray: Image.Image) -> int:
    """Return the gray value of the background: the lower median of the corners."""
    return int(np.sort(np.asarray(gray)[[0, 0, -1, -1], [0, -1, 0, -1]])[1])


def _framed(small: Image.Image, ground: int) -> Image.Image:
    """Return the image centered in 28×28 pixels of background."""
    frame = Image.new("L", (SIDE, SIDE), ground)
    frame.paste(small, ((SIDE - small.width) // 2, (SIDE - small.height) // 2))
    return frame


def _trimmed(gray: Image.Image, ground: int) -> Image.Image:
    """Return the image without borders like the background; unchanged if there is nothing else."""
    pixels = np.asarray(gray, dtype=np.int64)
    is_object = np.abs(pixels - ground) > LIKE_A_CORNER * 255
    rows, columns = np.flatnonzero(is_object.any(axis=1)), np.flatnonzero(is_object.any(axis=0))
    if not len(rows):
        return gray
    return gray.crop((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1))


def _resized(image: Image.Image, longer_side: int, method: Image.Resampling) -> Image.Image:
    factor = longer_side / max(image.size)
    return image.resize((max(1, round(image.width * factor)), max(1, round(image.height * factor))), method)
