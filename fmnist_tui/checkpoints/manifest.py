"""A checkpoint's manifest: what it is, and the digests that verify its files; and the names of checkpoints."""

import hashlib
import re
import time
from math import inf
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from fmnist_tui.atomic_files import UnexpectedFileError, read_whole
from fmnist_tui.checkpoints.progress import Amount, TrainingProgress
from fmnist_tui.config import RunConfig
from fmnist_tui.datasets import TRAIN_IMAGES
from fmnist_tui.errors import UserError
from fmnist_tui.events import EPOCH_CHECKPOINT, Count, Text
from fmnist_tui.hyperparameters import MAX_THREADS, Precision
from fmnist_tui.sanitize import quote

TENSORS_NAME = re.compile(r"(weights|trainer)-e\d{1,9}-s\d{1,9}-[0-9a-f]{8}\.safetensors")
MAX_MANIFEST_BYTES = 1_000_000
"""Bytes; a manifest has a few thousand."""

MAX_TENSOR_BYTES = 2**33
"""Bytes; an optimizer's state of the largest network that a config can describe is far smaller."""

RESUME_ORDER = ("last", "previous", "best")
"""Names in the order that a resume prefers them in if they are of the same step; those of single epochs come after."""

SAVED_EPOCH = re.compile(EPOCH_CHECKPOINT + r"(?![^.])")
"""Start of the file name of a single epoch's manifest, also of one that was set aside."""

OTHER_CHECKPOINT = "Try the run's other checkpoint"
NOT_AS_SAVED = "its content is not what was saved"


class DamagedCheckpointError(UserError):
    """A file of a checkpoint is missing, or its content isn't what was saved."""

    def __init__(self, file: Path, problem: object = NOT_AS_SAVED) -> None:
        super().__init__(f"{quote(file, 200)} is damaged: {problem}", OTHER_CHECKPOINT)


class CheckpointMetadata(BaseModel):
    """What a checkpoint is.

    Attributes:
        epoch: The epoch that its weights come from.
        step: Optimizer steps done within that epoch.
        device: The type of device that it was trained on.
        precision: What the network computed with; evaluated again in the same precision, the metrics are the same.
        threads: Threads inside one torch operation; equal bits need an equal number.
        processes: Number of processes that trained it together; equal bits need an equal number.
        dataset_fingerprint: sha256 over all images and labels of the dataset that it was trained on.
        validation_accuracy: At the end of that epoch; None if the epoch was not finished.
        validation_loss: At the end of that epoch; None if the epoch was not finished.
        progress: Where a resumed run continues.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    run: Text
    config: RunConfig
    epoch: Count
    step: Count
    device: Literal["cpu", "cuda", "mps"] = "cpu"
    precision: Precision
    threads: Annotated[int, Field(ge=1, le=MAX_THREADS)]
    processes: Annotated[Count, Field(ge=1)] = 1
    dataset: str
    dataset_fingerprint: str
    validation_accuracy: float | None
    validation_loss: float | None
    progress: Annotated[TrainingProgress, Field(validation_alias=AliasChoices("progress", "standing"))]


class FileDigest(BaseModel):
    """A file in the manifest's folder, with the digest of its content."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Annotated[str, Field(pattern=f"^{TENSORS_NAME.pattern}$")]
    size: Annotated[int, Field(ge=1, le=MAX_TENSOR_BYTES)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Manifest(CheckpointMetadata):
    """A checkpoint's metadata and the digests of its files."""

    version: Literal[1] = 1
    time: Amount = Field(default_factory=time.time)
    weights: FileDigest
    trainer: FileDigest


def manifest_file(folder: Path, name: str) -> Path:
    """Return the file of a checkpoint's manifest in a folder of checkpoints."""
    return folder / f"{name}.json"


def epoch_name(epoch: int) -> str:
    """Return the name of the checkpoint of a single epoch, which `checkpoint_every` saves."""
    return f"epoch-{epoch}"


def checkpoint_names(folder: Path) -> list[str]:
    """Return the names of the checkpoints in a folder: `best`, `last`, then those of single epochs."""
    matches = (SAVED_EPOCH.fullmatch(file.stem) for file in folder.glob("epoch-*.json"))
    epochs = sorted(int(match[1]) for match in matches if match)
    names = [name for name in ("best", "last") if manifest_file(folder, name).is_file()]
    return names + [epoch_name(epoch) for epoch in epochs]


def manifest_content(manifest: Manifest) -> bytes:
    """Return the content of a manifest's file: JSON, preceded by the sha256 of its own text."""
    text = manifest.model_dump_json(indent=1).encode()
    return _digest_prefix(text) + text + b"}\n"


def read_manifest(file: Path) -> Manifest:
    """Return a checkpoint's manifest.

    Raises:
        DamagedCheckpointError: Its text is not what was saved.
        UserError: It is missing, can't be read, or was written by a later version.
    """
    try:
        content = read_whole(file, MAX_MANIFEST_BYTES)
    except FileNotFoundError as error:
        raise UserError(f"there is no checkpoint {quote(file, 200)}", "`fmnist-tui runs` lists the runs") from error
    except UnexpectedFileError as error:
        raise DamagedCheckpointError(file, error.strerror) from error
    except OSError as error:
        raise UserError(f"can't read {quote(file, 200)}: {error.strerror or error}") from error
    text = content[len(_digest_prefix(b"")) : content.rfind(b"}")]
    if content != _digest_prefix(text) + text + b"}\n":  # any wrong bit, such as in the step, would resume a wrong run
        raise DamagedCheckpointError(file)
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        raise UserError(
            f"{quote(file, 200)} was written by a later version of fmnist-tui, or by another program",
            "Use the version that wrote it",
        ) from error
    if not _is_possible(manifest):
        raise UserError(f"{quote(file, 200)} states a progress that no run of its config can reach", OTHER_CHECKPOINT)
    return manifest


def _is_possible(manifest: Manifest) -> bool:
    """Return whether a run of the manifest's config can reach the epoch, step and totals that the manifest states.

    The digest shows that the text is complete, not that this program wrote it.
    """
    config, progress = manifest.config, manifest.progress
    totals, best = progress.totals, progress.best
    steps = config.steps_per_epoch(TRAIN_IMAGES - config.validation_size)
    return (
        1 <= manifest.epoch <= config.epochs
        and manifest.step <= steps
        and progress.epoch <= config.epochs + 1
        and progress.step <= (steps if progress.epoch <= config.epochs else 0)
        and 0 <= totals.correct <= totals.images <= progress.step * config.batch_size
        and 0 <= totals.loss < inf
        and (best is None or (1 <= best.epoch < progress.epoch and 0 <= best.validation_accuracy <= 1))
    )


def _digest_prefix(text: bytes) -> bytes:
    return f'{{"sha256": "{hashlib.sha256(text).hexdigest()}", "manifest": '.encode()
