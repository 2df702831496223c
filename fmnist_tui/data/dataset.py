"""The dataset as tensors: loaded, verified, and split into training, validation and test images."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from fmnist_tui.data.classes import CLASS_NAMES
from fmnist_tui.data.demo import draw_demo
from fmnist_tui.data.download import find_or_fetch
from fmnist_tui.data.files import FASHION_MNIST
from fmnist_tui.data.image_split import ImageSplit
from fmnist_tui.data.locate import find_source
from fmnist_tui.data.splits import Split
from fmnist_tui.data.verify import read_verified

DatasetName = Literal["fashion-mnist", "demo"]

# The split is no part of a run's luck: were it drawn from the run's seed, two runs would be validated on different
# images, their accuracies could not be compared image by image, and a checkpoint evaluated later on "the validation
# images" could meet some that it was trained on.
SPLIT_SEED = 20_170_825


@dataclass(frozen=True, slots=True, eq=False)
class LabeledImages:
    """Images and what they show.

    Attributes:
        images: uint8 tensor [n, 28, 28]; 0 is the empty background.
        labels: int64 tensor [n]; indices into `CLASS_NAMES`.
    """

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, indices: Tensor) -> "LabeledImages":
        """The images at `indices`, an int64 tensor, in that order."""
        return LabeledImages(self.images[indices], self.labels[indices])


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """All images of a run.

    Attributes:
        name: Which dataset it is.
        origin: Where it came from, in words.
        fingerprint: sha256 over all images and labels before the split, in hex.
        train: What the network learns from, in the files' order.
        validation: What the best epoch is chosen by: as many of each class, the same in every run.
        test: What the finished network is judged by.
    """

    name: DatasetName
    origin: str
    fingerprint: str
    train: LabeledImages
    validation: LabeledImages
    test: LabeledImages

    def part(self, split: Split) -> LabeledImages:
        """The images of one of the three splits."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[split]

    def collection(self, split: Split) -> ImageSplit:
        """The images of one of the three splits, to be looked at; no copy is made."""
        part = self.part(split)
        return ImageSplit(self.name, part.images.numpy(), part.labels.numpy())


def load_dataset(
    data: str,
    validation_size: int,
    on_download: Callable[[str, int, int], None],
    should_stop: Callable[[], bool],
) -> Dataset:
    """Finds or fetches, verifies and splits the images.

    Args:
        data: "auto", "demo", or a folder.
        validation_size: Training images to hold out; a multiple of 10.
        on_download: Told of a file's name, the bytes that have come, and its bytes in all.
        should_stop: Asked often while files are fetched.

    Raises:
        DataNotFound: The files are nowhere on this machine and no mirror sent them.
        DownloadCancelled: `should_stop` said so.
        UserError: A folder or file isn't what it should be.
    """
    name: DatasetName
    if data == "demo":
        name, origin = "demo", "drawn by fmnist-tui"
        everything, test = (LabeledImages(*drawn) for drawn in draw_demo())
    else:
        source = find_or_fetch(data, on_download, should_stop)
        name, origin = "fashion-mnist", source.origin
        contents = (read_verified(path, file) for path, file in zip(source.files, FASHION_MNIST, strict=True))
        arrays = [torch.frombuffer(content.values, dtype=torch.uint8).view(content.dims) for content in contents]
        everything = LabeledImages(arrays[0], arrays[1].long())
        test = LabeledImages(arrays[2], arrays[3].long())
    train, validation = split(everything, validation_size)
    return Dataset(name, origin, _fingerprint(everything, test), train, validation, test)


def load_local_dataset(data: str, validation_size: int) -> Dataset:
    """Likewise, but nothing is fetched.

    Raises:
        DataNotFound: The files are nowhere on this machine.
        UserError: A folder or file isn't what it should be.
    """
    if data != "demo":
        find_source(data)
    return load_dataset(data, validation_size, lambda *_: None, lambda: False)


def split(everything: LabeledImages, validation_size: int) -> tuple[LabeledImages, LabeledImages]:
    """Training and validation images, each in the order they came in; the same at every call.

    A larger validation set contains every smaller one.

    Args:
        everything: Images of ten classes.
        validation_size: Images for validation: a tenth of each class, so a multiple of 10.
    """
    # Python promises these numbers for all its versions; torch promises none between its releases
    draw = random.Random(SPLIT_SEED).random
    ranking = torch.tensor([draw() for _ in range(len(everything))], dtype=torch.float64).argsort()
    ranked_labels = everything.labels[ranking]
    is_validation = torch.zeros(len(everything), dtype=torch.bool)
    for label in range(len(CLASS_NAMES)):
        is_validation[ranking[ranked_labels == label][: validation_size // len(CLASS_NAMES)]] = True
    return everything.at((~is_validation).nonzero().squeeze(1)), everything.at(is_validation.nonzero().squeeze(1))


def _fingerprint(everything: LabeledImages, test: LabeledImages) -> str:
    digest = hashlib.sha256()
    for part in (everything, test):
        digest.update(part.images.numpy().data)
        digest.update(part.labels.to(torch.uint8).numpy().data)
    return digest.hexdigest()
