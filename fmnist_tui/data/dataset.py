"""A dataset as tensors: loaded, verified, and split into training, validation and test images."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from fmnist_tui.config import RunConfig
from fmnist_tui.data.download import find_or_fetch
from fmnist_tui.data.image_split import ImageSplit
from fmnist_tui.data.splits import Split
from fmnist_tui.data.verify import read_verified
from fmnist_tui.datasets import CLASSES, DatasetSpec, dataset_named

# The split does not depend on the run's seed: otherwise two runs would be validated on different images, their
# accuracies could not be compared image by image, and a checkpoint evaluated later on "the validation images" could
# meet some that it was trained on.
SPLIT_SEED = 20_170_825


@dataclass(frozen=True, slots=True, eq=False)
class LabeledImages:
    """Images with their labels.

    Attributes:
        images: uint8 tensor [n, 28, 28]; 0 is the empty background.
        labels: int64 tensor [n]; indices into the dataset's class names.
    """

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, indices: Tensor) -> "LabeledImages":
        """Return the images at `indices`, an int64 tensor, in that order."""
        return LabeledImages(self.images[indices], self.labels[indices])


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """All images of a run.

    Attributes:
        name: The name of its spec.
        origin: Where it came from, as text.
        fingerprint: sha256 over all images and labels before the split, in hex.
        train: Images for training, in the files' order.
        validation: Images for choosing the best epoch: the same number of each class, the same in every run.
        test: Images for the final evaluation.
    """

    name: str
    origin: str
    fingerprint: str
    train: LabeledImages
    validation: LabeledImages
    test: LabeledImages

    @property
    def spec(self) -> DatasetSpec:
        return dataset_named(self.name)

    def part(self, split: Split) -> LabeledImages:
        """Return the images of one of the three splits."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[split]

    def image_split(self, split: Split) -> ImageSplit:
        """Return the images of one of the three splits as numpy arrays that share the tensors' memory."""
        part = self.part(split)
        return ImageSplit(self.name, part.images.numpy(), part.labels.numpy())


def load_dataset(
    config: RunConfig,
    on_download: Callable[[str, int, int], None] = lambda _file, _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Dataset:
    """Find or download, verify and split the images of a run.

    Args:
        config: Its `dataset`, `data` and `validation_size` are used.
        on_download: Called with a file's name, the bytes received and the bytes in total.
        should_stop: Called often during a download; True cancels it.

    Raises:
        DataNotFound: The files are not on this machine and no mirror sent them.
        DownloadCancelled: `should_stop` returned True.
        UserError: A folder or file is not what it should be.
    """
    spec = config.dataset_spec
    if spec.generate is not None:
        origin = "drawn by fmnist-tui"
        everything, test = (LabeledImages(*drawn) for drawn in spec.generate())
    else:
        source = find_or_fetch(spec, config.data, on_download, should_stop)
        origin = source.origin
        contents = (read_verified(path, file, spec) for path, file in zip(source.files, spec.files, strict=True))
        arrays = [torch.frombuffer(content.values, dtype=torch.uint8).view(content.dims) for content in contents]
        everything = LabeledImages(arrays[0], arrays[1].long())
        test = LabeledImages(arrays[2], arrays[3].long())
    train, validation = split(everything, config.validation_size)
    return Dataset(spec.name, origin, _fingerprint(everything, test), train, validation, test)


def split(everything: LabeledImages, validation_size: int) -> tuple[LabeledImages, LabeledImages]:
    """Return training and validation images, each in their original order; the same in every call.

    A larger validation set contains every smaller one.

    Args:
        everything: Images of ten classes.
        validation_size: Number of validation images, a multiple of 10: a tenth of them for each class.
    """
    # Python guarantees these numbers across versions; torch does not guarantee its own across releases
    draw = random.Random(SPLIT_SEED).random
    ranking = torch.tensor([draw() for _ in range(len(everything))], dtype=torch.float64).argsort()
    ranked_labels = everything.labels[ranking]
    is_validation = torch.zeros(len(everything), dtype=torch.bool)
    for label in range(CLASSES):
        is_validation[ranking[ranked_labels == label][: validation_size // CLASSES]] = True
    return everything.at((~is_validation).nonzero().squeeze(1)), everything.at(is_validation.nonzero().squeeze(1))


def _fingerprint(everything: LabeledImages, test: LabeledImages) -> str:
    digest = hashlib.sha256()
    for part in (everything, test):
        digest.update(part.images.numpy().data)
        digest.update(part.labels.to(torch.uint8).numpy().data)
    return digest.hexdigest()
