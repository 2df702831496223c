"""Small files in the dataset's format, and the descriptions that they verify against."""

import gzip
import hashlib
import math
import random
from collections.abc import Sequence
from dataclasses import replace

from fmnist_tui.datasets import DataFile
from fmnist_tui.datasets.fashion_mnist import FASHION_MNIST


def idx_bytes(dims: Sequence[int], values: bytes) -> bytes:
    """Return the content of an IDX file."""
    return b"\0\0\x08" + bytes([len(dims)]) + b"".join(dim.to_bytes(4, "big") for dim in dims) + values


def random_values(dims: Sequence[int], seed: int = 0, largest: int = 255) -> bytes:
    """Return incompressible bytes."""
    return bytes(random.Random(seed).choices(range(largest + 1), k=math.prod(dims)))


def described(name: str, dims: tuple[int, ...], content: bytes) -> DataFile:
    """Return the spec of a file with this content."""
    return DataFile(name, dims, sha256=hashlib.sha256(content).hexdigest())


IMAGE_DIMS, LABEL_DIMS = (400, 28, 28), (400,)
IMAGES = idx_bytes(IMAGE_DIMS, random_values(IMAGE_DIMS))
LABELS = idx_bytes(LABEL_DIMS, random_values(LABEL_DIMS, largest=9))
IMAGES_FILE = described("train-images-idx3-ubyte", IMAGE_DIMS, IMAGES)
LABELS_FILE = described("train-labels-idx1-ubyte", LABEL_DIMS, LABELS)
FILES = (IMAGES_FILE, LABELS_FILE)
PACKED = {f"{IMAGES_FILE.name}.gz": gzip.compress(IMAGES), f"{LABELS_FILE.name}.gz": gzip.compress(LABELS)}


SPEC = replace(FASHION_MNIST, files=FILES)
"""Fashion-MNIST with the small files."""
