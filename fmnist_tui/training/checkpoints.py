"""Checkpoints on disk: weights as safetensors, and a manifest that names and proves them. Data only, never code.

`best.json` and `last.json` are manifests; each names its weights file by epoch and step. A save writes new weights
under a name of their own, then the manifest in one rename, and only then deletes weights that no manifest names: at
every moment each manifest on disk points at whole weights.
"""

import hashlib
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, get_args

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load as read_tensors
from safetensors.torch import save as write_tensors
from torch import Tensor, nn

from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.fields import quote

WEIGHTS_NAME = re.compile(r"weights-e\d+-s\d+\.safetensors")

CheckpointName = Literal["best", "last"]


class CheckpointFacts(BaseModel):
    """What a checkpoint is.

    Attributes:
        epoch: Epochs begun when it was saved.
        step: Optimiser steps done within that epoch.
        precision: What the network computed with; measured again in the same, the figures are the same.
        dataset_fingerprint: sha256 over all images and labels of the dataset it was trained on.
        validation_accuracy: At the end of that epoch; None where the epoch was not finished.
        validation_loss: Likewise.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    run: str
    config: RunConfig
    epoch: int
    step: int
    precision: Literal["fp32", "bf16"]
    dataset: Literal["fashion-mnist", "demo"]
    dataset_fingerprint: str
    validation_accuracy: float | None
    validation_loss: float | None


class Manifest(CheckpointFacts):
    """A checkpoint's facts, and the proof that its weights are whole.

    Attributes:
        weights_file: A file in the manifest's own folder.
    """

    version: Literal[1] = 1
    time: float = Field(default_factory=time.time)
    name: CheckpointName
    weights_file: Annotated[str, Field(pattern=f"^{WEIGHTS_NAME.pattern}$")]
    weights_bytes: Annotated[int, Field(ge=0)]
    weights_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def manifest_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


def save_checkpoint(folder: Path, network: nn.Module, facts: CheckpointFacts, names: Iterable[CheckpointName]) -> None:
    """Writes the network's weights once, and a manifest for each of `names`.

    Raises:
        OSError: Something can't be written; the checkpoints saved before are untouched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = write_tensors({name: tensor.cpu().contiguous() for name, tensor in network.state_dict().items()})
    weights_file = folder / f"weights-e{facts.epoch}-s{facts.step}.safetensors"
    _write_whole(weights_file, weights)
    for name in names:
        manifest = Manifest(
            **dict(facts),
            name=name,
            weights_file=weights_file.name,
            weights_bytes=len(weights),
            weights_sha256=hashlib.sha256(weights).hexdigest(),
        )
        _write_whole(manifest_file(folder, name), manifest.model_dump_json(indent=1).encode())
    _delete_unnamed_weights(folder)


def read_manifest(file: Path) -> Manifest:
    """A checkpoint's manifest.

    Raises:
        UserError: There is none, or it is damaged or of a newer program.
    """
    try:
        return Manifest.model_validate_json(file.read_bytes())
    except FileNotFoundError as error:
        raise UserError(f"there is no checkpoint {quote(file, 200)}", "`fmnist-tui runs` lists the runs") from error
    except OSError as error:
        raise UserError(f"can't read {quote(file, 200)}: {error.strerror or error}") from error
    except ValidationError as error:
        raise UserError(
            f"{quote(file, 200)} is no checkpoint that this version of fmnist-tui can read",
            "It is damaged or from a newer version; try the run's other checkpoint",
        ) from error


def read_weights(folder: Path, manifest: Manifest) -> dict[str, Tensor]:
    """The weights that a manifest in `folder` names, proven by size and sha256.

    Raises:
        UserError: They are missing or not what was saved.
    """
    file = folder / manifest.weights_file
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UserError(f"can't read the weights {quote(file, 200)}: {error.strerror or error}") from error
    if len(content) != manifest.weights_bytes or hashlib.sha256(content).hexdigest() != manifest.weights_sha256:
        raise UserError(
            f"{quote(file, 200)} is damaged: its content is not what was saved",
            "Try the run's other checkpoint",
        )
    try:
        return read_tensors(content)
    except SafetensorError as error:
        raise UserError(f"{quote(file, 200)} is no safetensors file: {error}") from error


def network_from(manifest: Manifest, weights: dict[str, Tensor]) -> nn.Module:
    """The network of a checkpoint, on the CPU.

    Built without numbers first, so that no generator is drawn from: a run under way must not notice.

    Raises:
        UserError: The weights are those of another architecture.
    """
    with torch.device("meta"):
        network = manifest.config.model.build()
    try:
        network.load_state_dict(weights, strict=True, assign=True)
    except RuntimeError as error:
        raise UserError(
            f"the weights of run {quote(manifest.run)} don't fit its own model {manifest.config.model_name}"
        ) from error
    return network


def _write_whole(target: Path, content: bytes) -> None:
    """Puts `content` at `target` so that a crash leaves the old file or the new one, never a part."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _delete_unnamed_weights(folder: Path) -> None:
    manifests = [manifest_file(folder, name) for name in get_args(CheckpointName)]
    try:
        named = {read_manifest(manifest).weights_file for manifest in manifests if manifest.exists()}
    except UserError:
        return  # a damaged manifest may name any of them
    for file in folder.iterdir():
        if WEIGHTS_NAME.fullmatch(file.name) and file.name not in named:
            file.unlink()
