"""The newest checkpoint of a run that is whole; what is damaged is set aside and said."""

import time
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from fmnist_tui.checkpoints.manifest import (
    DamagedCheckpointError,
    Manifest,
    checkpoint_names,
    manifest_file,
    read_manifest,
)
from fmnist_tui.checkpoints.store import read_trainer, read_weights
from fmnist_tui.errors import UserError
from fmnist_tui.events import CheckpointQuarantined, Emit

PREFERRED = ("last", "previous", "best")
"""The order among checkpoints of one moment, before those of chosen epochs; else the furthest comes first."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedCheckpoint:
    """A checkpoint that was proven whole, with all that a run needs to go on from it."""

    name: str
    manifest: Manifest
    weights: dict[str, Tensor]
    trainer: dict[str, Tensor]


def load_latest(checkpoints: Path, emit: Emit) -> LoadedCheckpoint | None:
    """Return the newest good checkpoint in the folder; None if nothing was ever saved there.

    Only a checkpoint that is proven to be damaged is set aside. One that can't be read at the moment, or that a later
    version wrote, may be the newest: to resume an older one instead would lose what was trained since.

    Args:
        checkpoints: A run's folder of checkpoints; nobody else may be writing to it.
        emit: Hears of each damaged one.

    Raises:
        UserError: There are checkpoints, but none is whole, or one can't be read.
    """
    problems: list[str] = []

    def set_aside(name: str, error: DamagedCheckpointError) -> None:
        problems.append(error.problem)
        _quarantine(manifest_file(checkpoints, name))
        emit(CheckpointQuarantined(name=name, reason=error.problem))

    manifests: dict[str, Manifest] = {}
    chosen = (name for name in checkpoint_names(checkpoints) if name not in PREFERRED)
    for name in (*PREFERRED, *chosen):
        if manifest_file(checkpoints, name).exists():
            try:
                manifests[name] = read_manifest(manifest_file(checkpoints, name))
            except DamagedCheckpointError as error:
                set_aside(name, error)
    for name, manifest in sorted(manifests.items(), key=lambda item: _progress(item[1]), reverse=True):
        try:
            return LoadedCheckpoint(
                name, manifest, read_weights(checkpoints, manifest), read_trainer(checkpoints, manifest)
            )
        except DamagedCheckpointError as error:
            set_aside(name, error)
    if problems:
        raise UserError(f"no checkpoint of this run is whole: {'; '.join(problems)}", "Train it again")
    if any(checkpoints.glob("*.json.damaged-*")):
        raise UserError("every checkpoint of this run was damaged and set aside", "Train it again")
    return None


def _progress(manifest: Manifest) -> tuple[int, int, float]:
    """How far the run had come; a clock may be set back, so it only tells equals apart."""
    return manifest.progress.epoch, manifest.progress.step, manifest.time


def _quarantine(manifest: Path) -> None:
    """Takes a manifest out of use; whoever wants to look finds it beside the others."""
    try:
        manifest.replace(manifest.with_name(f"{manifest.name}.damaged-{time.time_ns()}"))
    except OSError:
        return  # a folder that can't be written to keeps it; it is found damaged again next time
