"""Checkpoints on disk: tensors as safetensors, and a manifest that names and proves them. Data only, never code.

`best.json` and `last.json` are manifests, and so are `previous.json`, the `last` before, which a resume falls back to,
and `epoch-10.json` where epoch 10 is kept for itself. Each names its files by epoch and step. A save writes new tensors
under names of their own, then the manifest in one rename, and only then deletes tensors that no manifest names: at
every moment each manifest on disk points at whole files.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as read_tensors
from safetensors.torch import save as write_tensors
from torch import Tensor, nn

from fmnist_tui.atomic_files import NotRegularError, open_regular, read_whole, write_whole
from fmnist_tui.checkpoints.manifest import (
    MAX_MANIFEST_BYTES,
    SAVED_EPOCH,
    TENSORS_NAME,
    CheckpointMetadata,
    DamagedCheckpointError,
    FileDigest,
    Manifest,
    manifest_content,
    manifest_file,
    read_manifest,
)
from fmnist_tui.errors import UserError
from fmnist_tui.models import Architecture
from fmnist_tui.sanitize import quote

OTHER_CHECKPOINT = "Try the run's other checkpoint"


def save_checkpoint(
    folder: Path,
    metadata: CheckpointMetadata,
    *,
    weights: Mapping[str, Tensor],
    trainer: Mapping[str, Tensor],
    names: Iterable[str],
) -> None:
    """Writes the tensors once, and a manifest for each of `names`; what was `last` becomes `previous`.

    Args:
        folder: Where they go; made where it is missing.
        metadata: What they are.
        weights: The network's state.
        trainer: What `trainer_tensors` says.
        names: The checkpoints that this moment is.

    Raises:
        OSError: Something can't be written; the checkpoints saved before are untouched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(
        **dict(metadata),
        weights=_write_tensors(folder, "weights", metadata, weights),
        trainer=_write_tensors(folder, "trainer", metadata, trainer),
    )
    for name in names:
        target = manifest_file(folder, name)
        if name == "last" and target.exists():
            write_whole(manifest_file(folder, "previous"), read_whole(target, MAX_MANIFEST_BYTES))
        write_whole(target, manifest_content(manifest))
    _delete_unnamed_tensors(folder)


def read_weights(folder: Path, manifest: Manifest) -> dict[str, Tensor]:
    """The weights that a manifest in `folder` names, proven by size and sha256.

    Raises:
        DamagedCheckpointError: They are missing or not what was saved.
        UserError: They can't be read.
    """
    return _read_verified(folder, manifest.weights)


def read_trainer(folder: Path, manifest: Manifest) -> dict[str, Tensor]:
    """The trainer's tensors that a manifest in `folder` names, proven likewise.

    Raises:
        DamagedCheckpointError: They are missing or not what was saved.
        UserError: They can't be read.
    """
    return _read_verified(folder, manifest.trainer)


def network_from(architecture: Architecture, weights: Mapping[str, Tensor]) -> nn.Module:
    """The network that has these weights, on the CPU.

    Built without numbers first, so that no generator is drawn from: a run under way must not notice.

    Raises:
        UserError: The weights are those of another architecture.
    """
    with torch.device("meta"):
        network = architecture.build()
    try:
        require_number_formats(weights, network)
        network.load_state_dict(weights, strict=True, assign=True)
    except TypeError as error:
        raise UserError(f"the weights are in another number format: {error}", "Save them as float32") from error
    except RuntimeError as error:
        raise UserError(
            f"the weights don't fit model {architecture.registered_name()} with its options",
            "Name the model, and the options, that they were trained with",
        ) from error
    return network


def require_number_formats(weights: Mapping[str, Tensor], network: nn.Module) -> None:
    """Refuse weights that torch would convert, or compute with in a number format that the network isn't made for.

    Raises:
        TypeError: A tensor has another dtype than the network's.
    """
    for name, own in network.state_dict().items():
        if name in weights and weights[name].dtype != own.dtype:
            raise TypeError(f"{quote(name)} is {_bare(weights[name].dtype)}, not {_bare(own.dtype)}")


def _bare(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _write_tensors(folder: Path, kind: str, metadata: CheckpointMetadata, tensors: Mapping[str, Tensor]) -> FileDigest:
    content = write_tensors({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()})
    digest = hashlib.sha256(content).hexdigest()
    # The digest in the name keeps a run that was resumed with other settings from overwriting what `best` names.
    name = f"{kind}-e{metadata.epoch}-s{metadata.step}-{digest[:8]}.safetensors"
    write_whole(folder / name, content)
    return FileDigest(name=name, size=len(content), sha256=digest)


def _read_verified(folder: Path, proof: FileDigest) -> dict[str, Tensor]:
    file = folder / proof.name
    try:
        if file.is_symlink():
            raise DamagedCheckpointError(f"{quote(file, 200)} is a link, which no checkpoint holds", OTHER_CHECKPOINT)
        content = _read_sized(file, proof.size)
    except (FileNotFoundError, NotRegularError) as error:
        raise DamagedCheckpointError(f"{quote(file, 200)} is damaged: {error.strerror}", OTHER_CHECKPOINT) from error
    except OSError as error:
        raise UserError(f"can't read {quote(file, 200)}: {error.strerror or error}", OTHER_CHECKPOINT) from error
    if content is None or hashlib.sha256(content).hexdigest() != proof.sha256:
        raise DamagedCheckpointError(
            f"{quote(file, 200)} is damaged: its content is not what was saved", OTHER_CHECKPOINT
        )
    try:
        return read_tensors(content)
    except (SafetensorError, KeyError, ValueError, RuntimeError, AssertionError) as error:  # of number formats unknown
        raise DamagedCheckpointError(
            f"{quote(file, 200)} is no safetensors file: {quote(error)}", OTHER_CHECKPOINT
        ) from error


def _read_sized(file: Path, size: int) -> bytes | None:
    """Return the content of a file; None if it hasn't this size, whatever memory the stated size would take."""
    with open_regular(file) as stream:
        if os.fstat(stream.fileno()).st_size != size:
            return None
        content = stream.read(size)
    return content if len(content) == size else None


def _delete_unnamed_tensors(folder: Path) -> None:
    tensors = [file for file in folder.iterdir() if TENSORS_NAME.fullmatch(file.name)]
    named: set[str] = set()
    for manifest in folder.glob("*.json*"):
        try:
            named |= _tensors_named_in(manifest, manifest.stat().st_mtime_ns)
        except (UserError, OSError):
            chosen = SAVED_EPOCH.match(manifest.name)
            if chosen is None and manifest.suffix == ".json":
                return  # a damaged `best` or `last` may name any of them: then all stay
            if chosen is not None:  # damaged, or set aside as such: its epoch was kept on purpose
                named |= {file.name for file in tensors if f"-e{chosen[1]}-" in file.name}
    for file in tensors:
        if file.name not in named and not file.is_dir():
            file.unlink(missing_ok=True)


@lru_cache(maxsize=4096)  # a run may keep very many epochs, and each save asks for them all
def _tensors_named_in(manifest: Path, _changed: int) -> frozenset[str]:
    """The files that a manifest names, as it was when it was last changed."""
    content = read_manifest(manifest)
    return frozenset({content.weights.name, content.trainer.name})
