"""Keeps a run's checkpoints: says what a moment is, saves it, and tells what came of it."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from torch import Tensor, nn

from fmnist_tui.checkpoints.manifest import CheckpointMetadata, TrainingProgress, epoch_name, manifest_file
from fmnist_tui.checkpoints.store import save_checkpoint
from fmnist_tui.events import CheckpointFailed, CheckpointSaved, Emit, EpochEnded

SAVE_INTERVAL_SECONDS = 30.0


class Trained(Protocol):
    """What has a state worth saving: a network, and tensors of what trains it."""

    @property
    def network(self) -> nn.Module: ...

    def trainer_tensors(self) -> Mapping[str, Tensor]: ...


class CheckpointSaver:
    """Saves the moments of one run. A save that fails is told and not fatal: the next one is tried.

    Args:
        folder: Where the checkpoints go.
        describe: Makes the metadata of a moment from its epoch, step, ended epoch (if it is one's end) and progress.
        learner: Whose state is saved.
        emit: Hears what came of each save.
        checkpoint_every: Each so many-th epoch gets a checkpoint of its own; none does if 0.
    """

    def __init__(
        self,
        folder: Path,
        describe: Callable[[int, int, EpochEnded | None, TrainingProgress], CheckpointMetadata],
        learner: Trained,
        emit: Emit,
        checkpoint_every: int = 0,
    ) -> None:
        self._folder = folder
        self._describe = describe
        self._learner = learner
        self._emit = emit
        self._checkpoint_every = checkpoint_every
        self._saved_at = time.monotonic()
        self._saved_moment: tuple[int, int] | None = None

    def is_due(self) -> bool:
        """Whether so much has been trained since the last save that it should not be lost."""
        return time.monotonic() - self._saved_at >= SAVE_INTERVAL_SECONDS

    def save_epoch(self, ended: EpochEnded, steps: int, progress: TrainingProgress) -> None:
        """Saves the end of an epoch: as `last`, as `best` too where it is, and for itself where that is wanted."""
        names = ["best", "last"] if ended.is_best else ["last"]
        if self._checkpoint_every and ended.epoch % self._checkpoint_every == 0:
            names.append(epoch_name(ended.epoch))
        self._save(names, self._describe(ended.epoch, steps, ended, progress))

    def save_step(self, progress: TrainingProgress) -> None:
        """Saves a moment within an epoch, unless nothing has happened since the last save."""
        if (progress.epoch, progress.step) != self._saved_moment:
            self._save(["last"], self._describe(progress.epoch, progress.step, None, progress))

    def _save(self, names: list[str], metadata: CheckpointMetadata) -> None:
        self._saved_at = time.monotonic()
        try:
            save_checkpoint(
                self._folder,
                metadata,
                weights=self._learner.network.state_dict(),
                trainer=self._learner.trainer_tensors(),
                names=names,
            )
        except OSError as error:
            for name in names:
                self._emit(CheckpointFailed(name=name, epoch=metadata.epoch, reason=error.strerror or str(error)))
            return
        self._saved_moment = (metadata.progress.epoch, metadata.progress.step)
        for name in names:
            path = manifest_file(self._folder, name)
            self._emit(CheckpointSaved(name=name, epoch=metadata.epoch, step=metadata.step, path=str(path)))
