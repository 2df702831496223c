"""The newest checkpoint of a run that is whole; what is damaged is set aside and said."""

import time
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from fmnist_tui.errors import UserError
from fmnist_tui.events import CheckpointQuarantined, Sink
from fmnist_tui.training.checkpoints import read_trainer, read_weights
from fmnist_tui.training.manifest import Manifest, checkpoint_names, manifest_file, read_manifest

PREFERRED = ("last", "previous", "best")
"""The order among checkpoints of one moment, before those of chosen epochs; else the furthest comes first."""


@dataclass(frozen=True, slots=True, eq=False)
class Recovered:
    """A checkpoint that was proven whole, with all that a run needs to go on from it."""

    name: str
    manifest: Manifest
    weights: dict[str, Tensor]
    trainer: dict[str, Tensor]


def recover(checkpoints: Path, emit: Sink) -> Recovered:
    """The newest good checkpoint in the folder.

    Args:
        checkpoints: A run's folder of checkpoints; nobody else may be writing to it.
        emit: Hears of each damaged one.

    Raises:
        UserError: There is none.
    """
    problems: list[str] = []

    def set_aside(name: str, error: UserError) -> None:
        problems.append(error.problem)
        _quarantine(manifest_file(checkpoints, name))
        emit(CheckpointQuarantined(name=name, reason=error.problem))

    manifests: dict[str, Manifest] = {}
    chosen = (name for name in checkpoint_names(checkpoints) if name not in PREFERRED)
    for name in (*PREFERRED, *chosen):
        if manifest_file(checkpoints, name).exists():
            try:
                manifests[name] = read_manifest(manifest_file(checkpoints, name))
            except UserError as error:
                set_aside(name, error)
    for name, manifest in sorted(manifests.items(), key=lambda item: _progress(item[1]), reverse=True):
        try:
            return Recovered(name, manifest, read_weights(checkpoints, manifest), read_trainer(checkpoints, manifest))
        except UserError as error:
            set_aside(name, error)
    if problems:
        raise UserError(f"no checkpoint of this run is whole: {'; '.join(problems)}", "Train it again")
    raise UserError("this run has no checkpoint to go on from", "Train it again")


def _progress(manifest: Manifest) -> tuple[int, int, float]:
    """How far the run had come; a clock may be set back, so it only tells equals apart."""
    return manifest.standing.epoch, manifest.standing.step, manifest.time


def _quarantine(manifest: Path) -> None:
    """Takes a manifest out of use; whoever wants to look finds it beside the others."""
    try:
        manifest.replace(manifest.with_name(f"{manifest.name}.damaged-{time.time_ns()}"))
    except OSError:
        return  # a folder that can't be written to keeps it; it is found damaged again next time
