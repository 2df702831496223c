"""Probes of a run: a small file per epoch with the first layer's filters and the predictions for fixed images.

Written by the training loop and read by the interface, so nothing here imports torch.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from fmnist_tui.atomic_files import read_whole
from fmnist_tui.data.image_types import GrayImages
from fmnist_tui.datasets import CLASSES, SIDE
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote

PROBE_IMAGES_FILE = "images.safetensors"
OLD_IMAGES_FILE = "panel.safetensors"
"""Its name in runs of version 0.1, whose tensor of images is named "pictures"."""

EPOCH_NAME = re.compile(r"epoch-(\d{1,9})\.safetensors")

MAX_FILTERS = 64
MAX_FILE_BYTES = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class ProbeImages:
    """The fixed validation images whose predictions are recorded after each epoch.

    Attributes:
        images: uint8 [n, 28, 28].
        labels: int64 [n].
    """

    images: GrayImages
    labels: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ProbeRecord:
    """The probe of one epoch.

    Attributes:
        filters: float32 [k, height, width], the weights of each unit of the first layer.
        probabilities: float32 [n, 10], the predictions for the probe images.
        recalls: float32 [10], each class's recall on the validation images.
        dead_share: Share of the hidden units that are positive for none of the probe images; None if there are none.
    """

    filters: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    recalls: NDArray[np.float32]
    dead_share: float | None


def write_probe_images(folder: Path, probe: ProbeImages) -> None:
    """Write the probe images; raise `OSError` if that fails."""
    _write(folder / PROBE_IMAGES_FILE, {"images": probe.images, "labels": probe.labels.astype(np.uint8)})


def write_record(folder: Path, epoch: int, record: ProbeRecord) -> None:
    """Write an epoch's record; raise `OSError` if that fails."""
    _write(
        folder / f"epoch-{epoch}.safetensors",
        {
            "filters": record.filters.astype(np.float16),
            "probabilities": record.probabilities.astype(np.float16),
            "recalls": record.recalls,
            "dead_share": np.array([] if record.dead_share is None else [record.dead_share], np.float32),
        },
    )


def delete_records(folder: Path, first: int) -> None:
    """Remove the records of epoch `first` and later ones; raise `OSError` if that fails."""
    if not folder.is_symlink():  # a link leads out of the run's folder
        for epoch in recorded_epochs(folder):
            if epoch >= first:
                (folder / f"epoch-{epoch}.safetensors").unlink(missing_ok=True)


def recorded_epochs(folder: Path) -> list[int]:
    """Return the recorded epochs, in order."""
    try:
        names = [EPOCH_NAME.fullmatch(file.name) for file in folder.iterdir()]
    except OSError:
        return []
    return sorted(int(name[1]) for name in names if name)


def read_probe_images(folder: Path) -> ProbeImages:
    """Return a run's probe images.

    Raises:
        UserError: There are none, or the file holds something else.
    """
    old = folder / OLD_IMAGES_FILE
    file, name = (old, "pictures") if old.exists() else (folder / PROBE_IMAGES_FILE, "images")
    tensors = _read(file, (name, "labels"))
    images, labels = tensors[name], tensors["labels"]
    if (
        images.dtype != np.uint8
        or labels.ndim != 1
        or labels.dtype != np.uint8
        or not labels.size
        or images.shape != (labels.size, SIDE, SIDE)
        or labels.max() >= CLASSES
    ):
        raise _damaged(file)
    return ProbeImages(images.astype(np.uint8), labels.astype(np.int64))


def read_record(folder: Path, epoch: int) -> ProbeRecord:
    """Return the record of an epoch.

    Raises:
        UserError: There is none, or the file holds something else.
    """
    file = folder / f"epoch-{epoch}.safetensors"
    tensors = _read(file, ("filters", "probabilities", "recalls", "dead_share"))
    filters, probabilities, recalls, dead_share = (tensor.astype(np.float32) for tensor in tensors.values())
    if (
        filters.ndim != 3
        or filters.shape[0] > MAX_FILTERS
        or max(filters.shape[1:]) > SIDE
        or probabilities.ndim != 2
        or probabilities.shape[1] != CLASSES
        or recalls.shape != (CLASSES,)
        or dead_share.size > 1
        or not all(np.isfinite(part).all() for part in (filters, probabilities, recalls, dead_share))
    ):
        raise _damaged(file)
    return ProbeRecord(filters, probabilities, recalls, float(dead_share.item()) if dead_share.size else None)


def _write(file: Path, tensors: dict[str, NDArray[np.generic]]) -> None:
    """Write without syncing: a probe may be lost in a power cut, and a sync would cost more than all the rest."""
    temporary = file.with_name(f".{file.name}.tmp")
    temporary.unlink(missing_ok=True)
    with temporary.open("xb") as stream:  # never through a link
        stream.write(save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}))
    temporary.replace(file)


def _read(file: Path, names: tuple[str, ...]) -> dict[str, NDArray[np.generic]]:
    try:
        tensors = load(read_whole(file, MAX_FILE_BYTES))
        return {name: tensors[name] for name in names}
    except OSError as error:
        raise UserError(f"can't read {quote(file, 200)}: {error.strerror or error}") from error
    except (SafetensorError, KeyError, ValueError) as error:
        raise _damaged(file) from error


def _damaged(file: Path) -> UserError:
    """Return the error of a record, without which the other epochs can be shown, or of the images of all of them."""
    if EPOCH_NAME.fullmatch(file.name):
        return UserError(f"the record of this epoch is damaged: {quote(file, 200)}", "Choose another epoch")
    return UserError(
        f"the images that were predicted after each epoch are damaged: {quote(file, 200)}",
        "They can't be restored; the run's curves and checkpoints are not affected",
    )
