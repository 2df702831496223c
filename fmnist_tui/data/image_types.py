"""Types of images in numpy, for code that does not use torch."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

GrayImage: TypeAlias = NDArray[np.uint8]
"""[28, 28]; 0 is the empty background."""

GrayImages: TypeAlias = NDArray[np.uint8]
"""[n, 28, 28]."""

Indices: TypeAlias = NDArray[np.intp]
"""Positions in a split, from 0."""

FILE_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""The formats of image files that can be read, by Pillow's names."""
