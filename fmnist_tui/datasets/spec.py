"""The description of one dataset in MNIST's format: names, files, digests, mirrors and pixel statistics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    GeneratedSplits = tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]

IMAGE_SHAPE = (1, 28, 28)
"""Channels, height and width of one image."""

SIDE = IMAGE_SHAPE[1]

CLASSES = 10
"""Number of classes."""

TRAIN_IMAGES, TEST_IMAGES = 60_000, 10_000


@dataclass(frozen=True, slots=True)
class DataFile:
    """One IDX file of a dataset, verified by one of two digests.

    Attributes:
        name: The file's name without `.gz`.
        dims: The array's dimensions: [images, rows, columns], or [labels].
        sha256: Digest of the uncompressed content, which does not depend on how the file was compressed.
        gz_md5: Digest of the `.gz` file as the mirrors have it; used where `sha256` is not known.
    """

    name: str
    dims: tuple[int, ...]
    sha256: str = ""
    gz_md5: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSpec:
    """What the program knows about a dataset before it loads it: 28×28 grayscale images of ten classes in IDX files.

    Attributes:
        name: The value of the config field `dataset`, such as "fashion-mnist".
        title: The name shown to the user.
        classes: The names of the ten classes, in the order of the labels.
        mean: Mean of all training pixels, on the scale 0 to 1.
        std: Standard deviation of all training pixels, on the scale 0 to 1.
        license: The license's short name.
        url: Where the dataset is described.
        advice: One line on when to choose it.
        files: Training images, training labels, test images, test labels; empty for a dataset that is generated.
        mirrors: Addresses that a file's name with `.gz` is appended to, the first choice first.
        folders: Folders in which a system package puts the files.
        package: The Debian and Ubuntu package that has the files; empty if there is none.
        subfolders: Folders below a folder given by the user in which the files may lie, such as torchvision's.
        download_mb: Size of all files as the mirrors have them, in MB.
        allows_flip: Whether a mirrored image still shows its class, so that horizontal flip may be recommended.
        generate: If synthetic, returns training and test images with labels: uint8 [n, 28, 28] and int64 [n].
    """

    name: str
    title: str
    classes: tuple[str, ...]
    mean: float
    std: float
    license: str
    url: str
    advice: str
    files: tuple[DataFile, ...] = ()
    mirrors: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    package: str = ""
    subfolders: tuple[str, ...] = ()
    download_mb: int = 0
    allows_flip: bool = False
    generate: Callable[[], GeneratedSplits] | None = None

    def __post_init__(self) -> None:
        if len(self.classes) != CLASSES:
            raise ValueError(f"dataset {self.name} has {len(self.classes)} classes instead of {CLASSES}")

    @property
    def is_synthetic(self) -> bool:
        """Whether the program generates the images, so that no accuracy on them means anything elsewhere."""
        return self.generate is not None


def mnist_files(*, sha256: tuple[str, ...] = (), gz_md5: tuple[str, ...] = ()) -> tuple[DataFile, ...]:
    """Return the four files in MNIST's layout and sizes.

    Args:
        sha256: The four digests of the uncompressed content, or none.
        gz_md5: The four digests of the compressed files, or none.
    """
    names = (
        ("train-images-idx3-ubyte", (TRAIN_IMAGES, SIDE, SIDE)),
        ("train-labels-idx1-ubyte", (TRAIN_IMAGES,)),
        ("t10k-images-idx3-ubyte", (TEST_IMAGES, SIDE, SIDE)),
        ("t10k-labels-idx1-ubyte", (TEST_IMAGES,)),
    )
    none = ("",) * len(names)
    digests = zip(names, sha256 or none, gz_md5 or none, strict=True)
    return tuple(DataFile(name, dims, sha, md5) for (name, dims), sha, md5 in digests)
