"""Checkpoints on disk: tensors as safetensors, and a manifest with their digests. Data only, never code.

Manifests are `best.json`, `last.json`, `previous.json` (the `last` before, which a resume falls back to) and one like
`epoch-10.json` for each epoch that `checkpoint_every` saves. A save writes new tensors under new names, then the
manifest in one rename, and only then deletes tensors that no manifest names: at every moment each manifest on disk
points at complete files.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from fmnist_tui.atomic_files import UnexpectedFileError, read_whole, write_whole
from fmnist_tui.checkpoints.manifest import (
    MAX_MANIFEST_BYTES,
    OTHER_CHECKPOINT,
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


def save_checkpoint(
    folder: Path,
    metadata: CheckpointMetadata,
    *,
    weights: Mapping[str, Tensor],
    trainer: Mapping[str, Tensor],
    names: Iterable[str],
) -> None:
    """Write the tensors once, and a manifest for each of `names`; the former `last` becomes `previous`.

    Args:
        folder: Where to save; created if it is missing.
        metadata: What the checkpoint is.
        weights: The network's state.
        trainer: The result of `trainer_tensors`.
        names: The names to save it under.

    Raises:
        OSError: A file can't be written; the checkpoints saved before are untouched.
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


def network_from(architecture: Architecture, weights: Mapping[str, Tensor]) -> nn.Module:
    """Return the network with these weights, on the CPU.

    It is built on the meta device first, which draws no random numbers that a run in progress would miss.

    Raises:
        UserError: The weights are of another architecture.
    """
    with torch.device("meta"):
        network = architecture.build()
    try:
        require_dtypes(weights, network)
        network.load_state_dict(weights, strict=True, assign=True)
    except TypeError as error:
        raise UserError(f"the weights are in another dtype: {error}", "Save them as float32") from error
    except RuntimeError as error:
        raise UserError(
            f"the weights don't fit model {architecture.registered_name()} with its options",
            "Name the model, and the options, that they were trained with",
        ) from error
    return network


def require_dtypes(weights: Mapping[str, Tensor], network: nn.Module) -> None:
    """Refuse weights in another dtype than the network's, which torch would convert.

    Raises:
        TypeError: A tensor has another dtype than the network's.
    """
    for name, own in network.state_dict().items():
        if name in weights and weights[name].dtype != own.dtype:
            raise TypeError(f"{quote(name)} is {_bare(weights[name].dtype)}, not {_bare(own.dtype)}")


def _bare(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _write_tensors(folder: Path, kind: str, metadata: CheckpointMetadata, tensors: Mapping[str, Tensor]) -> FileDigest:
    content = save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()})
    digest = hashlib.sha256(content).hexdigest()
    # The digest in the name keeps a run that was resumed with other settings from overwriting what `best` names.
    name = f"{kind}-e{metadata.epoch}-s{metadata.step}-{digest[:8]}.safetensors"
    write_whole(folder / name, content)
    return FileDigest(name=name, size=len(content), sha256=digest)


def read_tensors(folder: Path, digest: FileDigest) -> dict[str, Tensor]:
    """Return the tensors of a file that a manifest in `folder` names, verified by size and sha256.

    Raises:
        DamagedCheckpointError: They are missing or are not what was saved.
        UserError: They can't be read.
    """
    file = folder / digest.name
    try:
        if file.is_symlink():
            raise DamagedCheckpointError(file, "it is a link, which no checkpoint contains")
        content = read_whole(file, min(digest.size, file.stat().st_size))  # a wrong size could exceed the memory
    except (FileNotFoundError, UnexpectedFileError) as error:
        raise DamagedCheckpointError(file, error.strerror) from error
    except OSError as error:
        raise UserError(f"can't read {quote(file, 200)}: {error.strerror or error}", OTHER_CHECKPOINT) from error
    if len(content) != digest.size or hashlib.sha256(content).hexdigest() != digest.sha256:
        raise DamagedCheckpointError(file)
    try:
        return load(content)
    except (SafetensorError, KeyError, ValueError, RuntimeError, AssertionError) as error:  # also unknown formats
        raise DamagedCheckpointError(file, f"it is not a safetensors file: {quote(error)}") from error


def _delete_unnamed_tensors(folder: Path) -> None:
    tensors = [file for file in folder.iterdir() if TENSORS_NAME.fullmatch(file.name)]
    named: set[str] = set()
    for manifest in folder.glob("*.json*"):
        try:
            named |= _tensors_named_in(manifest, manifest.stat().st_mtime_ns)
        except (UserError, OSError):
            epoch = SAVED_EPOCH.match(manifest.name)
            if epoch is None and manifest.suffix == ".json":
                return  # a damaged `best` or `last` may name any of them, so delete none
            if epoch is not None:  # damaged or set aside: its epoch was saved on request
                named |= {file.name for file in tensors if f"-e{epoch[1]}-" in file.name}
    for file in tensors:
        if file.name not in named and not file.is_dir():
            file.unlink(missing_ok=True)


@lru_cache(maxsize=4096)  # a run may save very many epochs, and each save reads them all
def _tensors_named_in(manifest: Path, _changed: int) -> frozenset[str]:
    """Return the names of a manifest's files; `_changed`, its modification time, invalidates the cache."""
    content = read_manifest(manifest)
    return frozenset({content.weights.name, content.trainer.name})
