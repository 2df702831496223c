"""Loads the newest good checkpoint of a run; damaged ones are quarantined and reported."""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from fmnist_tui.checkpoints.manifest import (
    RESUME_ORDER,
    DamagedCheckpointError,
    Manifest,
    checkpoint_names,
    manifest_file,
    read_manifest,
)
from fmnist_tui.checkpoints.store import read_tensors
from fmnist_tui.errors import UserError
from fmnist_tui.events import CheckpointQuarantined, Emit


@dataclass(frozen=True, slots=True, eq=False)
class LoadedCheckpoint:
    """A verified checkpoint, with everything that a resume needs."""

    name: str
    manifest: Manifest
    weights: dict[str, Tensor]
    trainer: dict[str, Tensor]


def load_latest(checkpoints: Path, emit: Emit) -> LoadedCheckpoint | None:
    """Return the newest good checkpoint in the folder; None if nothing was ever saved there.

    Only a checkpoint with a wrong digest is quarantined. One that can't be read at the moment, or that a later version
    wrote, may be the newest: resuming an older one instead would lose what was trained since.

    Args:
        checkpoints: A run's folder of checkpoints, which no other process may be writing to.
        emit: Receives an event for each damaged one.

    Raises:
        UserError: There are checkpoints, but all are damaged, or one can't be read.
    """
    problems: list[str] = []

    def quarantine(name: str, error: DamagedCheckpointError) -> None:
        problems.append(error.problem)
        file = manifest_file(checkpoints, name)
        with suppress(OSError):  # the folder may be read-only; the manifest is then found damaged again next time
            file.replace(file.with_name(f"{file.name}.damaged-{time.time_ns()}"))  # it can still be examined
        emit(CheckpointQuarantined(name=name, reason=error.problem))

    manifests: dict[str, Manifest] = {}
    for name in dict.fromkeys((*RESUME_ORDER, *checkpoint_names(checkpoints))):
        if manifest_file(checkpoints, name).exists():
            try:
                manifests[name] = read_manifest(manifest_file(checkpoints, name))
            except DamagedCheckpointError as error:
                quarantine(name, error)
    for name, manifest in sorted(manifests.items(), key=lambda item: _order(item[1]), reverse=True):
        try:
            return LoadedCheckpoint(
                name, manifest, read_tensors(checkpoints, manifest.weights), read_tensors(checkpoints, manifest.trainer)
            )
        except DamagedCheckpointError as error:
            quarantine(name, error)
    if problems:
        raise UserError(f"every checkpoint of this run is damaged: {'; '.join(problems)}", "Train it again")
    if any(checkpoints.glob("*.json.damaged-*")):
        raise UserError("every checkpoint of this run was damaged and set aside", "Train it again")
    return None


def _order(manifest: Manifest) -> tuple[int, int, float]:
    """Return a sort key: the progress, then the time, which is less reliable because clocks may be set back."""
    return manifest.progress.epoch, manifest.progress.step, manifest.time
